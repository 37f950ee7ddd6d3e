"""Place names as people write them: the keys under which a spelling is stored and looked up.

A *key* is a name without case, marks, apostrophes and punctuation. Three further forms of a name give weaker
agreement: without its article or landscape word ("Marsa al Brega", "Brega"), without its type
("Khost Province", "Khost"), and as a skeleton of consonants ("Ajdabiyah", "Adschdabiya").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MAX_NAME_CHARS = 120  # the longest name in GeoNames has 97; what is longer is no name

# Letters that Unicode does not decompose, as English sources spell them.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "ə": "a", "ħ": "h", "ŋ": "n", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ё": "е", "ґ": "г", "є": "е",
        # Arabic: hamza seats, ta marbuta and alef maqsura are often left out or exchanged.
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ؤ": "و", "ئ": "ي",
        "ـ": "",
    }
)  # fmt: skip
# Apostrophes of every kind, and the letters used for ayn and hamza, join what they stand between; so do full
# stops ("U.S.", "N.W.F.P."). Every other mark separates words.
_JOINING = dict.fromkeys(map(ord, "'’‘`´ʻʼʽʾʿˈ′ʹ״׳."), None)
_NOT_WORD = re.compile(r"[\W_]+")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list written as a text."""
    return frozenset(text.split())


_SPELLED_OUT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_COMPASS = {"n": "north", "s": "south", "e": "east", "w": "west", "no": "north", "so": "south"}

# Articles of Arabic (with its assimilated forms), Romance and English names. "as", "an", "ad", "at"
# count only before another word, which is how they occur.
_ARTICLES = word_set("al el as es ash esh ad ed ar er at et az ez an en il the la le les los las lo gli")
# Words that stand before the proper part of Arabic, Persian and Turkic names and that reports leave out:
# cape, anchorage, castle, well, valley, island, mountain, village, camp, spring, hill.
_LANDSCAPE = word_set(
    "ras raas rass marsa mersa qasr gasr kasr ksar bir wadi oued jazirat jabal jebel djebel qaryat "
    "khirbat ayn ain ein tall tell madinat bani beni albu bu umm abu qalat"
)

_TYPES = word_set(
    "county parish borough province governorate oblast raion rayon district region state territory "
    "prefecture department municipality canton voivodeship emirate division township city town "
    "village commune republic hromada wilayat muhafazah subdistrict municipio shabiyah hundred island "
    "islands river desert mountains hills peninsula valley basin ocean airport airbase metropolitan "
    "area"
)
# "City of London", "Province of Cordoba", "Gulf of Aden" is left whole: what follows "of" is another place.
_TYPE_OF = re.compile(
    rf"^(?:the )?(?:{'|'.join(sorted(_TYPES))})s? (?:of|de|d|do|da|di) (?:the |la |el )?(?=\w)"
)
_GENERIC_FIRST = word_set(
    "greater downtown central northern southern eastern western north south east west northeast "
    "northwest southeast southwest northeastern northwestern southeastern southwestern upper lower "
    "inner outer mid metro metropolitan rural old new modern ancient historic mainland occupied "
    "former nearby lake mount river port county island city town village province district camp fort saint"
)


@lru_cache(maxsize=50_000)
def fold(name: str) -> str:
    """
    Return the key of a name: lower case, no marks, words parted by one space.

    Parameters
    ----------
    name
        Any spelling in any script. Beyond `MAX_NAME_CHARS` characters it is no name.

    Returns
    -------
    key
        Empty when `name` holds no letter or digit, or is too long.

    Examples
    --------
    >>> fold("Ra’s al-‘Ayn"), fold("U.S."), fold("St. Louis"), fold("Łódź")
    ('ras al ayn', 'us', 'saint louis', 'lodz')
    >>> fold("--")
    ''
    """
    if len(name) > MAX_NAME_CHARS:
        return ""
    if name.isascii():
        plain = name.lower()
    else:
        # Twice, since capitals come out of the first ("𝐀") and marks out of lowering them ("İ").
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).lower())
        plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    words = _NOT_WORD.sub(" ", plain.translate(_JOINING)).split()
    # The last word may be a street ("Main St.").
    return " ".join([*(_SPELLED_OUT.get(word, word) for word in words[:-1]), *words[-1:]])


def bare_key(key: str) -> str:
    """
    Return a key without leading articles and landscape words; the key itself when it has none.

    Examples
    --------
    >>> bare_key("marsa al burayqah"), bare_key("as sidr"), bare_key("brega")
    ('burayqah', 'sidr', 'brega')
    >>> bare_key("al")
    'al'
    """
    words = key.split()
    first = 0
    while first < len(words) - 1 and (words[first] in _ARTICLES or words[first] in _LANDSCAPE):
        first += 1
    rest = " ".join(words[first:])
    # What is left of "El A" or "Al 31" says nothing.
    return rest if len(rest) >= 3 else key


def typeless_key(key: str) -> str:
    """
    Return a key without the word for its kind of unit; the key itself when it has none.

    Examples
    --------
    >>> typeless_key("khost province"), typeless_key("city of london"), typeless_key("rapides parish")
    ('khost', 'london', 'rapides')
    >>> typeless_key("province")
    'province'
    """
    rest = _TYPE_OF.sub("", key)
    words = rest.split()
    while len(words) > 1 and words[-1] in _TYPES:
        words.pop()
    rest = " ".join(words)
    return rest if len(rest) >= 3 else key


def looser_keys(key: str) -> Iterator[str]:
    """
    Yield the keys under which a name may be stored besides its own, the nearest first.

    Examples
    --------
    >>> list(looser_keys("n korea"))
    ['north korea']
    >>> list(looser_keys("northern mali"))
    ['mali']
    >>> list(looser_keys("paris"))
    []
    """
    seen = {key}
    words = key.split()
    forms = [bare_key(key), typeless_key(key), bare_key(typeless_key(key))]
    if len(words) > 1 and words[0] in _COMPASS:
        forms.insert(0, " ".join([_COMPASS[words[0]], *words[1:]]))
    if len(words) > 1 and words[-1] == "co":
        forms.insert(0, " ".join([*words[:-1], "county"]))
    if len(words) > 1 and words[0] == "co":  # Ireland
        forms.insert(0, " ".join(["county", *words[1:]]))
        forms.append(" ".join(words[1:]))
    if key.endswith("ah"):  # the feminine ending of Arabic, which some write "-a"
        forms.append(key[:-1])
        forms.append(bare_key(key)[:-1])
    if len(words) > 2 and words[0] in ("north", "south") and words[1].startswith(("east", "west")):
        forms.insert(0, "".join(words[:2]) + " " + " ".join(words[2:]))
    start = 0
    while start < len(words) - 1 and words[start] in _GENERIC_FIRST:
        start += 1
        forms.append(" ".join(words[start:]))
        forms.append(typeless_key(" ".join(words[start:])))
    for form in forms:
        if form not in seen and len(form) >= 2:
            seen.add(form)
            yield form


def transcribed_keys(key: str) -> Iterator[str]:
    """
    Yield the keys of other usual ways to write a name that reached Latin letters by transcription.

    The feminine ending of Arabic is written "-ah" or "-a"; syllables are joined, hyphened or parted
    ("Mu-se").

    Examples
    --------
    >>> list(transcribed_keys("tawilah")), list(transcribed_keys("zam zam"))
    (['tawila'], ['zamzam'])
    >>> list(transcribed_keys("tripoli"))
    []
    """
    words = key.split()
    if key.isascii() and key.endswith("ah") and len(key) > 4:
        yield key[:-1]
    if len(words) == 2 and all(2 <= len(word) <= 4 for word in words) and words[0] not in _ARTICLES:
        yield "".join(words)


# Consonants that transcriptions of Arabic, Persian, Hebrew and Slavic names exchange; longer groups first.
_SOUNDS = (
    ("dsch", "j"), ("tsch", "c"), ("sch", "s"), ("dzh", "j"), ("dj", "j"), ("kh", "k"), ("gh", "g"),
    ("sh", "s"), ("ch", "s"), ("th", "t"), ("dh", "d"), ("zh", "j"), ("ph", "f"), ("ts", "s"),
    ("tz", "s"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("c", "k"), ("x", "ks"), ("z", "s"), ("v", "f"),
)  # fmt: skip
_SOUND = re.compile("|".join(group for group, _ in _SOUNDS))
_SOUND_OF = dict(_SOUNDS)
_NO_CONSONANT = re.compile(r"[^bdfgjklmnprst]+")
_DOUBLED = re.compile(r"(.)\1+")


def skeleton(key: str) -> str:
    """
    Return the consonants of a key, equal for usual transcriptions of one name.

    Returns
    -------
    skeleton
        Empty when fewer than two consonants are left: it would fit thousands of names.

    Examples
    --------
    >>> skeleton("ajdabiyah") == skeleton("adschdabiya"), skeleton("es sider") == skeleton("sidra")
    (True, True)
    >>> skeleton("aya")
    ''
    """
    sounds = _SOUND.sub(lambda match: _SOUND_OF[match.group()], bare_key(key))
    bones = _DOUBLED.sub(r"\1", _NO_CONSONANT.sub("", sounds))
    return bones if len(bones) > 1 else ""


def is_code(name: str) -> bool:
    """
    Tell whether an alternate name is a code ("TIP", "HLLB", "LY77") rather than a name.

    Examples
    --------
    >>> is_code("TIP"), is_code("HLLB"), is_code("Ede"), is_code("Bari")
    (True, True, False, False)
    >>> is_code("")
    True
    """
    if not name:
        return True
    latin = name.isascii()
    if any(c.isdigit() for c in name) and " " not in name:
        return True
    return latin and len(name) <= 4 and name.upper() == name
