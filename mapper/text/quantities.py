"""Numbers, units of length, times of travel and compass words, read from tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mapper.text.lexicon import word_class
from mapper.text.tokens import Token, word_at

Comparator = Literal["=", "~", "<", ">"]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_NUMBERS: dict[str, float] = {word: float(value) for value, word in enumerate(_ONES.split())}
_TENS: dict[str, float] = {
    word: 10.0 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES: dict[str, float] = {"dozen": 12.0, "score": 20.0, "hundred": 100.0, "thousand": 1_000.0}
_FRACTIONS: dict[str, float] = {
    "½": 0.5,
    "¼": 0.25,
    "¾": 0.75,
    "half": 0.5,
    "quarter": 0.25,
    "quarters": 0.25,
}
# "A few" and "several" say no figure; three and five are what readers take them for, roughly.
_MAX_NUMBER_WORDS = 10  # "two thousand three hundred and forty-five" has eight
_VAGUE: dict[str, float] = {"few": 3.0, "several": 5.0, "couple": 2.0}
_NUMBER_WORDS = frozenset((*_NUMBERS, *_TENS, *_SCALES, *_FRACTIONS, *_VAGUE, "a", "an"))

# Unit word -> (unit of the record, its units in one stated unit, metres).
# A league is three statute miles (the English land league); a Russian verst is 1.0668 km.
_UNITS: dict[str, tuple[str, float, float]] = {
    word: unit
    for words, unit in (
        ("km kms kilometre kilometres kilometer kilometers klick klicks", ("km", 1.0, 1_000.0)),
        ("mile miles mi", ("mi", 1.0, 1_609.344)),
        ("m metre metres meter meters", ("m", 1.0, 1.0)),
        ("nmi nm", ("nmi", 1.0, 1_852.0)),
        ("league leagues", ("mi", 3.0, 4_828.032)),
        ("yard yards yds", ("m", 0.9144, 0.9144)),
        ("foot feet", ("m", 0.3048, 0.3048)),
        ("verst versts", ("km", 1.0668, 1_066.8)),
    )
    for word in words.split()
}
_HOURS: dict[str, float] = {
    **dict.fromkeys(("hour", "hours", "hour's"), 1.0),
    **dict.fromkeys(("minute", "minutes", "minute's"), 1 / 60),
}
_TRAVEL = word_class("travel")

_CARDINALS = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}
_BETWEEN = {"northeast": 45.0, "southeast": 135.0, "southwest": 225.0, "northwest": 315.0}
COMPASS_LETTERS = [
    "n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw",
]  # fmt: skip
_POINTS = [
    "north",
    "north-northeast",
    "northeast",
    "east-northeast",
    "east",
    "east-southeast",
    "southeast",
    "south-southeast",
    "south",
    "south-southwest",
    "southwest",
    "west-southwest",
    "west",
    "west-northwest",
    "northwest",
    "north-northwest",
]
_ENDINGS = ("ern", "erly", "ward", "wards", "wardly", "")

_APPROXIMATE = word_class("approximate")
_BELOW = word_class("below")
_ABOVE = word_class("above")
_PLAIN = word_class("plain")
_COPULAS = word_class("copula")
_SIGNS: tuple[tuple[Comparator, tuple[str, ...]], ...] = (
    (
        "<",
        (
            "less than",
            "fewer than",
            "up to",
            "at most",
            "not quite",
            "not even",
            "no more than",
            "not more than",
        ),
    ),
    ("<", ("as much as", "a maximum of")),
    (">", ("more than", "at least", "no less than", "not less than", "upwards of", "greater than")),
    (">", ("better than", "in excess of")),
    (
        "~",
        (
            "close to",
            "more or less",
            "hardly more than",
            "barely more than",
            "little more than",
            "not much more than",
        ),
    ),
    ("=", ("all of", "as little as", "as close as", "as near as", "as far as")),
)
_PHRASES: dict[tuple[str, ...], Comparator] = {
    tuple(phrase.split()): sign
    for sign, phrase in sorted(
        ((sign, phrase) for sign, phrases in _SIGNS for phrase in phrases),
        key=lambda item: -len(item[1].split()),
    )
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """
    A length or a time of travel in a text.

    `first` and `last` are the indices of its tokens, the second excluded; the comparator stands inside.
    `value` and `unit` are as the record has them, `metres` per unit. `hours` is set for "two hours' drive".
    `attributive` marks "a 40-km convoy", which measures the convoy; `listed` marks "40 and 50 km", of two.
    """

    first: int
    last: int
    value: float
    unit: str
    metres: float
    maximum: float | None = None
    comparator: Comparator = "="
    hours: float | None = None
    attributive: bool = False
    listed: bool = False


def is_unit(word: str) -> bool:
    """
    Tell whether a word in lower case is a unit of length.

    Examples
    --------
    >>> is_unit("km"), is_unit("kilo")
    (True, False)
    """
    return word in _UNITS


def read_number(tokens: Sequence[Token], i: int) -> tuple[float, int] | None:
    """
    Return the number that begins at token `i` and the index after it, None where none does.

    Digits with commas and decimals, words up to thousands, "a", "half a", "two and a half", "a couple of".
    """
    word = word_at(tokens, i)
    if word[:1].isdecimal():
        return _read_digits(tokens, i)
    if word in ("a", "an"):
        following = word_at(tokens, i + 1)
        if following in _VAGUE or following in _SCALES or following in ("quarter", "half"):
            return read_number(tokens, i + 1)
        return 1.0, i + 1
    if word in _VAGUE:
        following = word_at(tokens, i + 1)
        if following in _SCALES:
            return _VAGUE[word] * _SCALES[following], i + 2
        return _VAGUE[word], i + 2 if following == "of" else i + 1
    if word in _FRACTIONS:
        return _FRACTIONS[word], _skip(tokens, i + 1, ("of", "a", "an"))
    return _read_words(tokens, i)


def _read_digits(tokens: Sequence[Token], i: int) -> tuple[float, int]:
    """Read "1,900", "12.5", "2½" or "1 1/2"."""
    parts = tokens[i].word.split(",")
    grouped = len(parts) > 1 and all(len(part.split(".")[0]) == 3 for part in parts[1:])
    figure = "".join(parts) if grouped else ".".join(parts)
    # A number with several points ("18.00.15") is a time or a version: only its head is a figure.
    value = float(".".join(figure.split(".")[:2]))
    nxt = word_at(tokens, i + 1)
    if nxt in ("½", "¼", "¾"):
        return value + _FRACTIONS[nxt], i + 2
    if nxt in _SCALES and nxt != "score":
        return value * _SCALES[nxt], i + 2
    return _and_a_half(tokens, value, i + 1)


def _read_words(tokens: Sequence[Token], i: int) -> tuple[float, int] | None:
    """Read "forty-five", "two hundred and ten", "a thousand"; None at any other word."""
    total = value = 0.0
    first = i
    while i - first < _MAX_NUMBER_WORDS:
        word = word_at(tokens, i)
        if word in _TENS or word in _NUMBERS:
            value += _TENS.get(word, _NUMBERS.get(word, 0.0))
        elif word in _SCALES:
            value = (value or 1.0) * _SCALES[word]
            if word == "thousand":
                total, value = total + value, 0.0
        else:
            break
        i += 1
        joined = word in _TENS and word_at(tokens, i) == "-" and word_at(tokens, i + 1) in _NUMBERS
        linked = word in _SCALES and word_at(tokens, i) == "and" and _is_number_word(word_at(tokens, i + 1))
        i += 1 if joined or linked else 0
    return _and_a_half(tokens, total + value, i) if i > first else None


def _and_a_half(tokens: Sequence[Token], value: float, i: int) -> tuple[float, int]:
    """Add "and a half", "and three quarters" or "and a quarter" to a number."""
    if word_at(tokens, i) == "and":
        if word_at(tokens, i + 1) == "a" and word_at(tokens, i + 2) in ("half", "quarter"):
            return value + _FRACTIONS[word_at(tokens, i + 2)], i + 3
        if word_at(tokens, i + 1) == "three" and word_at(tokens, i + 2) == "quarters":
            return value + 0.75, i + 3
    return value, i


def _is_number_word(word: str) -> bool:
    return word in _NUMBERS or word in _TENS


def begins_quantity(word: str) -> bool:
    """Tell whether a quantity can begin with a word in lower case: most words begin none."""
    return word in _NUMBER_WORDS or word[0].isdecimal()


def read_quantity(tokens: Sequence[Token], i: int) -> Quantity | None:
    """
    Return the quantity whose number begins at token `i`, None where none does.

    Reads ranges ("50 to 60 km", "five or six miles"), a doubled unit of which the first figure counts
    ("80 km (50 miles)"), units after a hyphen, "half a mile", "a mile and a half" and "two hours' drive".
    """
    word = word_at(tokens, i)
    if not word or not begins_quantity(word):
        return None
    return _read_length(tokens, i) or _read_hours(tokens, i)


def _read_length(tokens: Sequence[Token], i: int) -> Quantity | None:
    """Read a number or a range with a unit of length."""
    number = read_number(tokens, i)
    if number is None:
        return None
    value, j = number
    maximum = None
    odd = word_at(tokens, j + (word_at(tokens, j) == "-")) == "odd"
    j += odd * (1 + (word_at(tokens, j) == "-"))
    if (unit_at := _unit(tokens, j)) is None or word_at(tokens, j) == "-":
        upper = _read_upper(tokens, j)
        if upper is not None:
            maximum, j = upper
            # "18.40 - 5 km": a time and a distance are no range
            listing = word_at(tokens, j - 2) == "and"
            unit_at = _unit(tokens, j) if maximum > value or listing else None
    if unit_at is None:
        return None
    attributive = word_at(tokens, j) in ("-", "–")
    (unit, scale, metres), j = unit_at
    if maximum is None:
        value, j = _and_a_half(tokens, value, j)
        upper = _read_upper(tokens, j)
        # "50 km to 60 km": the unit twice.
        if upper is not None and (again := _unit(tokens, upper[1])) is not None and again[0][0] == unit:
            maximum, j = upper[0], again[1]
    joined = maximum is not None and word_at(tokens, i - 1) in ("between", "from")
    listed = maximum is not None and not joined and "and" in (token.word for token in tokens[i + 1 : j])
    first, comparator = _read_comparator(tokens, i - 1 if joined else i)
    if odd or tokens[i].word in _VAGUE or (tokens[i].word == "a" and word_at(tokens, i + 1) in _VAGUE):
        comparator = "~"
    return Quantity(
        first, _skip_second_unit(tokens, j), value * scale, unit, metres / scale,
        maximum=maximum * scale if maximum is not None and (maximum > value or listed) else None,
        comparator=comparator, attributive=attributive, listed=listed,
    )  # fmt: skip


def _read_upper(tokens: Sequence[Token], j: int) -> tuple[float, int] | None:
    """Read the upper end of a range after "to", "or", "and" or a dash."""
    if word_at(tokens, j) in ("to", "or", "-", "–", "and") and word_at(tokens, j + 1) not in (
        "a",
        "an",
        "half",
    ):
        return read_number(tokens, j + 1)
    return None


def _read_hours(tokens: Sequence[Token], i: int) -> Quantity | None:
    """Read "two hours' drive", "a two-hour drive", "20 minutes by car", perhaps with its length."""
    number = read_number(tokens, i)
    if number is None:
        return None
    value, j = number
    upper = _read_upper(tokens, j)
    if upper is not None:
        value, j = (value + upper[0]) / 2, upper[1]
    hyphen = word_at(tokens, j) == "-"
    j += hyphen
    word = word_at(tokens, j)
    if word not in _HOURS:
        return None
    hours = value * _HOURS[word]
    j = _skip(tokens, j + 1, ("'", "of"))
    if word_at(tokens, j) in _TRAVEL:
        j += 1
    elif (
        (
            word_at(tokens, j) == "by"
            and word_at(tokens, j + 1)
            in (
                "road",
                "car",
                "bus",
                "truck",
                "train",
                "boat",
            )
        )
        or word_at(tokens, j) in _TRAVEL
        or (word_at(tokens, j + 1) in _TRAVEL and word_at(tokens, j) in ("car", "bus", "bumpy", "rough"))
    ):
        j += 2
    else:
        return None
    first, comparator = _read_comparator(tokens, i)
    # "Two hours by truck, 90 km, to X", "two hours by truck (90 km) from X": the same way twice.
    bracket = word_at(tokens, j)
    length = _read_length(tokens, j + 1) if bracket in (",", "(") else None
    if length is not None:
        closed = word_at(tokens, length.last) == {",": ",", "(": ")"}[bracket]
        return replace(length, first=first, last=length.last + closed, hours=hours)
    return Quantity(first, j, value, "", 0.0, comparator=comparator, hours=hours)


def read_compass(tokens: Sequence[Token], i: int) -> tuple[str, float, int] | None:
    """
    Return compass word in full, its degrees and the index after it, None where token `i` begins none.

    Reads "north", "north-west", "north west", "NNE", "northwards", "north-easterly", "due" is left to others.
    """
    base = _direction(word_at(tokens, i))
    if base is None:
        letters, j = _letters(tokens, i)
        if letters in COMPASS_LETTERS:
            point = COMPASS_LETTERS.index(letters)
            return _POINTS[point], point * 22.5, j
        return None
    parts, j = [base], i + 1
    while len(parts) < 3:
        k = j + 1 if word_at(tokens, j) in ("-", "–") else j
        following = _direction(word_at(tokens, k))
        if following is None or (k == j and tokens[k - 1].word not in _CARDINALS):
            break
        parts.append(following)
        j = k + 1
    point_deg = _combine(parts)
    if point_deg is None:
        point_deg, j = _CARDINALS.get(base, _BETWEEN.get(base, 0.0)), i + 1
    return _POINTS[round(point_deg / 22.5) % 16], point_deg, j


def _letters(tokens: Sequence[Token], i: int) -> tuple[str, int]:
    """Read "NW", "N.W." or "S.-E." and the index after it; "" where no letters stand."""
    letters, j = word_at(tokens, i), i + 1
    if len(letters) != 1 or not tokens[i].capital or word_at(tokens, j) != ".":
        return letters, j
    j += 1
    while len(letters) < 3:
        k = j + (word_at(tokens, j) == "-")
        if word_at(tokens, k) not in COMPASS_LETTERS or word_at(tokens, k + 1) != ".":
            break
        letters, j = letters + tokens[k].word, k + 2
    return letters, j


def _combine(parts: list[str]) -> float | None:
    """Return the degrees of "north" + "west" or "north" + "northwest", None for what is no such point."""
    if len(parts) == 1:
        return _CARDINALS.get(parts[0], _BETWEEN.get(parts[0]))
    if len(parts) == 2 and parts[1] in _CARDINALS:
        return _BETWEEN.get("".join(parts))
    minor = parts[1] if len(parts) == 2 else "".join(parts[1:])
    if parts[0] not in _CARDINALS or minor not in _BETWEEN:
        return None
    name = f"{parts[0]}-{minor}"
    return _POINTS.index(name) * 22.5 if name in _POINTS else None


def _direction(word: str) -> str | None:
    """Return "north" or "northeast" for a word that says it, whatever its ending."""
    for stem in ("north", "south", "east", "west"):
        if word.startswith(stem):
            rest = word[len(stem) :]
            for second in ("east", "west", ""):
                if rest.startswith(second) and rest[len(second) :] in _ENDINGS:
                    return stem + second if stem + second in _BETWEEN or not second else None
    return None


def _unit(tokens: Sequence[Token], j: int) -> tuple[tuple[str, float, float], int] | None:
    """Read a unit of length, perhaps after a hyphen; "nautical" and "sea" make a mile nautical."""
    j += word_at(tokens, j) in ("-", "–")
    word = word_at(tokens, j)
    if word in ("nautical", "sea") and word_at(tokens, j + 1) in ("mile", "miles"):
        return _UNITS["nmi"], j + 2
    if word == "statute":
        j, word = j + 1, word_at(tokens, j + 1)
    if word not in _UNITS or tokens[j].toponym is not None:
        return None
    abbreviated = word in ("km", "kms", "mi", "nmi") and word_at(tokens, j + 1) == "." and j + 2 < len(tokens)
    inside = abbreviated and tokens[j + 2].sentence == tokens[j].sentence and tokens[j + 2].word != "\n\n"
    return _UNITS[word], j + 2 if inside else j + 1


def _skip_second_unit(tokens: Sequence[Token], j: int) -> int:
    """Pass over the same distance in another unit: "(50 miles)", "/50 miles", ", or 37 miles,"."""
    k, close = j, ""
    if word_at(tokens, k) in ("(", "["):
        k, close = k + 1, ")]"
    elif word_at(tokens, k) in ("-", "–", "—") and tokens[k].start > tokens[k - 1].end:
        k, close = k + 1, tokens[k].word
    elif word_at(tokens, k) == "/":
        k += 1
    elif word_at(tokens, k) == "," and word_at(tokens, k + 1) == "or":
        k, close = k + 2, ","
    elif word_at(tokens, k) == "or":
        k += 1
    else:
        return j
    while word_at(tokens, k) in _APPROXIMATE or word_at(tokens, k) in ("nearly", "or"):
        k += 1
    number = read_number(tokens, k)
    unit_at = _unit(tokens, number[1]) if number else None
    if unit_at is None:
        return j
    k = unit_at[1]
    if not close:
        return k
    return k + 1 if word_at(tokens, k) and word_at(tokens, k) in close else (k if close == "," else j)


def _read_comparator(tokens: Sequence[Token], i: int) -> tuple[int, Comparator]:
    """Read leftwards from a number: where its comparator begins and what it says."""
    comparator: Comparator = "="
    first = i
    while first > 0:
        for phrase, sign in _PHRASES.items():
            if first >= len(phrase) and tuple(t.word for t in tokens[first - len(phrase) : first]) == phrase:
                first, comparator = first - len(phrase), sign if comparator == "=" else comparator
                break
        else:
            word = tokens[first - 1].word
            if word in _APPROXIMATE:
                sign = "~"
            elif word in _BELOW:
                sign = "<"
            elif word in _ABOVE:
                sign = ">"
            elif word == "not" and word_at(tokens, first - 2) in (",", "("):
                # "X, not 40 km from Y"
                sign = "<"
            elif word in _PLAIN and (word != "but" or word_at(tokens, first - 2) in _COPULAS):
                # "It is but 40 km from X", but "5 km from X but 40 km from Y"
                sign = "="
            else:
                break
            first, comparator = first - 1, sign if comparator == "=" else comparator
        if i - first > 6:
            break
    # "a" and "an" belong to a comparator only in front of one: "an estimated 40 km", "a further 20 km".
    return first, comparator


def _skip(tokens: Sequence[Token], i: int, words: Sequence[str]) -> int:
    """Return the index after the tokens that are among `words`."""
    while word_at(tokens, i) in words:
        i += 1
    return i
