"""What the words of a mention say of its side: "Gaddafi's troops", "the SDF", "forces loyal to Haftar".

A mention is read as keys: a people ("nation:Russia"), a group ("name:rapid support force"), a man
("man:haftar"), a word for those who rule ("state:army") or rise ("revolt:rebel"), "ours", "enemy".
"""

from __future__ import annotations

import re
from functools import lru_cache

from mapper.words import read_table, singular, word_set

STANCE = re.compile(
    r"\b(?:(loyal to|faithful to|allied with|allied to|aligned with|backed by|led by|supporting|commanded by)"
    r"|(opposed to|hostile to|opposing|fighting against))\s+(.+)$",
    re.IGNORECASE,
)
_BACKED = re.compile(
    r"([\w.']+)-(?:backed|led|allied|aligned|held|controlled|supported|speaking|appointed|installed|run|occupied)",
    re.IGNORECASE,
)
# A name of several words: "the Rapid Support Forces", "Government of National Accord".
RUN = re.compile(
    r"(?<![\w'’.-])[A-Z][\w’.-]{0,30}(?: (?:(?:of|for|the|and|in) ){0,2}[A-Z][\w’.-]{0,30}){1,7}"
)
ORGANISATIONS = word_set("sides.organisations")
# Bodies that belong to whoever rules: "the National Guard", "the Security Council of Ukraine".
_OFFICES = frozenset({"guard", "council", "ministry", "parliament", "staff"})
_TITLES = word_set("sides.titles")
# What only a state has, though no word of it says so: "the air force", "special forces".
_STATE_FORCES = re.compile(r"\b(?:armed|special|air) forces?\b|\bair defen[cs]es?\b|\bborder guards?\b")
_MODEL = re.compile(r"[A-Z][A-Za-z]{0,2}-\d{1,4}[A-Z]{0,2}s?")  # "F-16": a weapon
# "al-Qaeda": the article may be written small.
_ARTICLE = re.compile(r"(?:al|el|ash|as|an|ar)-[A-Z]")
_CAPITALISED = re.compile(r"[A-Z][a-z'’-]+(?:[A-Z][a-z]+)?")


@lru_cache(maxsize=1)
def word_classes() -> dict[str, str]:
    """Return the class of each word in `resources/sides.tsv`."""
    found: dict[str, str] = {}
    for name, words in read_table("sides.tsv"):
        for word in words.split(","):
            found[word] = found[singular(word)] = name
    return found


@lru_cache(maxsize=1)
def nations() -> dict[str, str]:
    """Return the country of every adjective, people, capital, house of government and army, in lower case."""
    found: dict[str, str] = {}
    for row in read_table("nations.tsv"):
        for column in (*row[:3], *row[4:]):
            for word in column.split(","):
                if word:
                    found.setdefault(singular(word), row[0])
    return found


@lru_cache(maxsize=1)
def adjectives() -> dict[str, str]:
    """Return the adjective of every country and people."""
    return {row[0]: row[1].split(",")[0] for row in read_table("nations.tsv")}


@lru_cache(maxsize=1)
def members() -> dict[str, tuple[str, ...]]:
    """Return the adjectives and members of every country and people, in lower case, singular."""
    return {row[0]: tuple(singular(w) for w in row[1].split(",") if w) for row in read_table("nations.tsv")}


@lru_cache(maxsize=1)
def armies() -> dict[str, tuple[str, ...]]:
    """Return the names of the army of every country whose army has names of its own: "IDF", "Wehrmacht"."""
    return {row[0]: tuple(row[4].split(",")) for row in read_table("nations.tsv") if len(row) > 4}


@lru_cache(maxsize=1)
def _capital_names() -> frozenset[str]:
    """Return in lower case the names of armies that are written in capitals: an "Ant" is none."""
    return frozenset(name.lower() for names in armies().values() for name in names if name.isupper())


@lru_cache(maxsize=1)
def _army_words() -> frozenset[str]:
    """Return the names of armies that are words, not initials: they may be written small."""
    return frozenset(singular(name) for names in armies().values() for name in names if name.istitle())


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """Return the ISO 3166-1 code of every country that has one."""
    return {row[0]: row[3] for row in read_table("nations.tsv") if len(row) > 3 and row[3]}


def organisation(run: str) -> str:
    """
    Return the key of an organisation's name, "" where a run of capitalised words names none.

    A people's own army is no name of its own; a "Democratic" or "Rapid Support" force is.

    Examples
    --------
    >>> organisation("Rapid Support Forces"), organisation("Sudanese Armed Forces"), organisation("Red Army")
    ('rapid support force', '', 'red army')
    >>> organisation("Government of National Accord"), organisation("General Younes")
    ('government of national accord', '')
    """
    words = [singular(w) for w in run.split()]
    classes, peoples = word_classes(), nations()
    while words and words[0] in ("the", "a", "an"):
        words.pop(0)
    while len(words) > 2 and words[1] == "of" and classes.get(words[0], "").startswith(("nothing", "alone")):
        words = words[3:] if words[2] == "the" else words[2:]  # "Fighters of the Islamic State"
    titled = next(
        (i for i, w in enumerate(words) if i and w in _TITLES and words[i + 1 : i + 2] != ["staff"]), None
    )
    words = words[:titled]  # "Russian Army General Sergei Shoigu"
    plain = [w for w in words if w not in ("of", "for", "the", "and", "in")]
    if " ".join(words) in peoples:
        return ""
    if words and classes.get(" ".join(words)):
        return " ".join(words)
    if len(plain) < 2 or not any(w in ORGANISATIONS for w in plain) or any(w in _OFFICES for w in plain):
        return ""
    special = [
        w
        for w in plain
        if w not in peoples and w not in ORGANISATIONS and classes.get(w, "") not in ("nothing", "state")
    ]
    coloured = plain[0] == "red" or plain[0] == "white"
    compound = len([w for w in plain if w in ORGANISATIONS and classes.get(w) != "nothing"]) > 1
    return " ".join(words) if special or coloured or compound else ""


@lru_cache(maxsize=8192)
def side_keys(mention: str) -> tuple[tuple[str, float], ...]:
    """
    Return what a mention says of its side: keys with +1, keys of the opponent with -1.

    Examples
    --------
    >>> side_keys("Russian forces"), side_keys("the rebels")
    ((('nation:Russia', 1.0),), (('revolt:rebel', 1.0),))
    >>> side_keys("anti-Gaddafi fighters")
    (('armed:fighter', 1.0), ('name:gaddafi', -1.0))
    >>> side_keys("fighters of the National Salvation Front")
    (('name:national salvation front', 1.0),)
    >>> side_keys("")
    ()
    """
    text = re.sub("[‘’]", "'", mention[:400])
    keys: dict[str, float] = {}
    match = STANCE.search(text)
    if match:
        sign = 1.0 if match.group(1) else -1.0
        for key, value in side_keys(match.group(3)):
            keys.setdefault(key, sign * value)
        text = text[: match.start()] if sign > 0 else ""
    for run in RUN.findall(text.replace("'s ", " 's ")):
        name = organisation(run)
        if name:
            kind = word_classes().get(name, "name")
            if kind != "nothing":  # "A Marine"
                keys[f"{kind}:{name}"] = 1.0
            text = text.replace(run, " ")
    words: list[str] = []
    for word in re.findall(r"[\w.']+(?:-[\w.']+)*", text):
        stance, _, rest = word.partition("-")
        if rest and stance.lower() in ("anti", "pro"):
            for key, value in side_keys(rest):
                keys[key] = value if stance.lower() == "pro" else -value
        else:
            backed = _BACKED.fullmatch(word)
            words.append(backed.group(1) if backed else word)
    _read_words(words, keys)
    return tuple(sorted(keys.items(), key=lambda kv: (-kv[1], kv[0])))


def _read_words(words: list[str], keys: dict[str, float]) -> None:
    """Add the keys of plain words: peoples, names, who rules, who rises, ours, the enemy."""
    peoples, classes = nations(), word_classes()
    found: dict[str, list[str]] = {}
    alone: list[tuple[str, str]] = []
    text = " ".join(words).lower()
    titled = False  # "General Younes" is a man, "a Houthi general" is not called Houthi
    if re.search(r"\bstate (?:tv|television|radio|media|news)", text):
        found["state"] = ["media"]
    if _STATE_FORCES.search(text) and "nation" not in found:
        found["state"] = ["army"]
    for nation, country in peoples.items():
        if " " in nation and nation in text:
            found.setdefault("nation", []).append(country)
            text = text.replace(nation, " ")
    before = ""
    for word in words:
        base = singular(word)
        capital = word[:1].isupper() or _ARTICLE.match(word)
        named = capital and len(base) > 1 and not _MODEL.fullmatch(word)
        kind = classes.get(base, "name" if named else "nothing")
        earlier, before = before, ""
        titled = titled or base in _TITLES
        of_people = base in _army_words() or (
            base in peoples
            and (word[:1] if base not in _capital_names() else re.sub(r"'s?$", "", word)).isupper()
        )
        if base not in text or (kind == "nothing" and not of_people):
            continue
        if of_people:
            found.setdefault("nation", []).append(peoples[base])
        elif kind.startswith("alone_"):
            alone.append((kind[6:], base))
        elif kind == "name":
            if earlier:
                found[earlier].pop()  # of "Mussa Ibrahim" the last word counts
            man = titled and _CAPITALISED.fullmatch(word.removesuffix("'s"))
            before = "man" if man else "name"
            found.setdefault(before, []).append(base)
        else:
            found.setdefault(kind, []).append("" if kind in ("ours", "enemy") else base)
    if found.keys() & {"revolt", "loose", "zeal"}:
        # "Libyan rebels": both sides are Libyan. "A rebel soldier" is no soldier of the state.
        found.pop("nation", None)
        found.pop("state", None)
    if not any(found.values()) and all(v < 0 for v in keys.values()):
        for kind, base in alone:
            found.setdefault("armed" if keys else kind, []).append(base)
    for kind, bases in found.items():
        for base in bases:
            keys.setdefault(f"{kind}:{base}" if base else kind, 1.0)
