"""Text -> toponyms: the names of places in a report.

Two gears behind one seam, a callable from a text to its toponyms. `full` runs a small encoder
(`mapper.text.encoder`), `fast` a linear model (`mapper.text.fast`). Both give names with the chances of their
classes; here it is decided which of them are places, over all mentions of a report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal, Protocol

from mapper.model import NameHit, Toponym
from mapper.text.chain import CLASSES, Name
from mapper.text.encoder import Encoder
from mapper.text.fast import LinearTagger
from mapper.text.slips import Known, respelled

FindNames = Callable[[str], Sequence[NameHit]]
# Of names surely and doubtfully places: the doubtful ones that lie among the sure ones.
LyingAmong = Callable[[Collection[str], Collection[str]], Collection[str]]

_LOC, _NORP, _PER = (CLASSES.index(name) for name in ("LOC", "NORP", "PER"))


class Recognizer(Protocol):
    """A callable from a text to its toponyms, by position; none overlap unless nested."""

    def __call__(self, text: str) -> list[Toponym]:
        """Return the toponyms of one text."""
        ...

    def many(self, texts: Iterable[str]) -> Iterator[list[Toponym]]:
        """Yield the toponyms of each text, in order, reading none ahead."""
        ...


def recognizer(
    gear: Literal["full", "fast"] = "full",
    *,
    find_names: FindNames,
    lying_among: LyingAmong | None = None,
    demonyms: bool = False,
    nested: bool = False,
) -> Recognizer:
    """
    Return a recogniser; it loads its weights at the first call.

    Parameters
    ----------
    gear
        `full` reads with the encoder; `fast` is some ten times as fast and misses more.
    find_names
        What the gazetteer knows in a text, such as `TableGazetteer.find_names`.
    lying_among
        Tells of names that look like persons' which lie among the places of the report.
    demonyms
        Give "Libyan" and its like too, with this role.
    nested
        Give places inside other names too, with this role; only these lie inside others.

    Examples
    --------
    >>> read = recognizer(find_names=lambda text: [])
    >>> [toponym.text for toponym in read("The convoy left Benghazi for Tripoli.")]
    ['Benghazi', 'Tripoli']
    >>> read("")
    []
    """
    return _Recognizer(gear, find_names, lying_among, demonyms=demonyms, nested=nested)


class _Recognizer:
    def __init__(
        self,
        gear: str,
        find_names: FindNames,
        lying_among: LyingAmong | None,
        *,
        demonyms: bool,
        nested: bool,
    ) -> None:
        self._linear = LinearTagger()
        self._encoder = Encoder() if gear == "full" else None
        self._find_names = find_names
        self._lying_among = lying_among
        self._demonyms = demonyms
        self._nested = nested

    def __call__(self, text: str) -> list[Toponym]:
        hits = self._find_names(text)
        names = self._linear.names(text, hits)
        if self._encoder:
            names = _voted(text, hits, self._encoder.names(text, hits), names)
        return decide(
            text, hits, names, lying_among=self._lying_among, demonyms=self._demonyms, nested=self._nested
        )

    def many(self, texts: Iterable[str]) -> Iterator[list[Toponym]]:
        return map(self, texts)


_LINEAR_SHARE = 0.35
_LEAST_CHANCE = 0.5
_LEAST_CHANCE_KNOWN = 0.35


def _voted(text: str, hits: Sequence[NameHit], names: Sequence[Name], linear: Sequence[Name]) -> list[Name]:
    """Return the encoder's names with the linear model's vote: the two err on different mentions.

    A name that the linear model does not see must be clear to the encoder, less so if the gazetteer knows it.
    Without capitals the linear model sees nothing and has no vote. Share and thresholds were chosen on
    documents held out from training.
    """
    known = {(hit.start, hit.end) for hit in hits}
    votes = {(name.start, name.end): name.chances for name in linear}
    none = (0.0,) * len(CLASSES)
    voted = []
    for name in names:
        if not text[name.start : name.end].islower():
            vote = votes.get((name.start, name.end), none)
            mixed = zip(name.chances, vote, strict=True)
            chances = tuple((1 - _LINEAR_SHARE) * own + _LINEAR_SHARE * other for own, other in mixed)
            name = replace(name, chances=chances)
        least = _LEAST_CHANCE_KNOWN if (name.start, name.end) in known else _LEAST_CHANCE
        if name.inner or max(name.chances) >= least:
            voted.append(name)
    return voted


def decide(
    text: str,
    hits: Sequence[NameHit],
    names: Sequence[Name],
    *,
    lying_among: LyingAmong | None = None,
    demonyms: bool,
    nested: bool,
) -> list[Toponym]:
    """
    Return the toponyms of a text, given its names and what the gazetteer knows in it.

    Parameters
    ----------
    text
        The whole report: equal names in it are judged together.
    hits
        Runs of words that the gazetteer knows.
    names
        Names with the chances of their classes, by position.
    lying_among
        Decides on names that look like a person's.
    demonyms, nested
        Give these roles too.
    """
    known = {(hit.start, hit.end): hit for hit in hits}
    names = [part for name in names for part in _parts(text, name, known)]
    names = _credits_apart(text, names)
    names = _rejoined(text, [_mended(text, name) for name in names], known)
    names = [name for name in names if not _is_borrowed(text, name)]
    names = _pooled(text, names, known)
    attributive = _ATTRIBUTIVE_WIDE if demonyms else _ATTRIBUTIVE
    found, within = [], []
    for name in names:
        is_place = max(name.chances[_LOC], name.chances[_NORP]) == max(name.chances)
        if is_place:
            found.append(_toponym(text, name, known))
        for inner in name.inner:
            stands_alone = max(inner.chances[_LOC], inner.chances[_NORP]) >= attributive
            if not is_place and stands_alone and not _is_borrowed(text, inner):
                toponym = _toponym(text, inner, known)
                # The chance is that of the inner name alone; that one of the two readings holds is likelier.
                found.append(replace(toponym, score=(1 + toponym.score) / 2))
            elif nested:
                within.append(replace(_toponym(text, inner, known), role="nested"))
    if lying_among:
        found += _seconded(text, found, names, known, lying_among)
    found = [*respelled(text, found, names, known), *within]
    found.sort(key=lambda toponym: (toponym.start, -toponym.end))
    return [toponym for toponym in found if demonyms or toponym.role != "demonym"]


# "Kentucky State Police" is an organisation and its first word a place; corpora disagree whether to mark it,
# and the encoder, trained on all, gives the place about a quarter of the chance where most would.
_ATTRIBUTIVE = 0.25
_ATTRIBUTIVE_WIDE = 0.05  # whoever asks for demonyms asks for names used as adjectives


# A place wrongly taken for a government loses its events. Governments are called by countries and large
# cities: "clashes between Ras Lanuf and Bin Jawad" is about two towns.
_SURELY = 0.8
_LARGE = 5.0  # log10 of the population
_ITS_MEN = re.compile(
    r"[ \n](?:army|troops|soldiers|tanks|militias?|battalions?|brigades?|regiments?|television|radio|TV)\b"
)


def _toponym(text: str, name: Name, known: Known) -> Toponym:
    """Return a name as a place or a demonym, whichever is likelier."""
    place, demonym = name.chances[_LOC], name.chances[_NORP]
    spelled = text[name.start : name.end]
    if demonym > place:
        return Toponym(name.start, name.end, spelled, "demonym", demonym)
    hit = known.get((name.start, name.end))
    stands_for = name.associative > _SURELY and (hit is None or hit.prominence >= _LARGE)
    stands_for |= _ITS_MEN.match(text, name.end) is not None
    role: Literal["literal", "associative"] = "associative" if stands_for else "literal"
    return Toponym(name.start, name.end, spelled, role, place, _joined(spelled))


_FAINT = 0.03
_SECOND_SCORE = 0.5


def _seconded(
    text: str, found: Sequence[Toponym], names: Sequence[Name], known: Known, lying_among: LyingAmong
) -> list[Toponym]:
    """Return the names read as a person's that the gazetteer knows among the places of the report.

    "Palmyra belongs to the army once more" may be about a woman: not where the report names the towns around.
    """
    doubtful = []
    for name in names:
        spelled = text[name.start : name.end]
        hit = known.get((name.start, name.end))
        if (
            hit
            and "P" in hit.feature_classes
            and " " not in spelled
            and name.chances[_PER] == max(name.chances)
            and name.chances[_LOC] >= _FAINT
        ):
            doubtful.append(name)
    if not doubtful:
        return []
    surnames = {
        words[-1]
        for name in names
        if len(words := text[name.start : name.end].split()) > 1 and name.chances[_PER] == max(name.chances)
    }
    spelled_out = {text[name.start : name.end] for name in doubtful} - surnames
    sure = {toponym.text for toponym in found if toponym.role in ("literal", "associative")}
    places = lying_among(sure, spelled_out)
    return [
        Toponym(name.start, name.end, spelled, "literal", _SECOND_SCORE)
        for name in doubtful
        if (spelled := text[name.start : name.end]) in places
    ]


# "Oxford, Mississippi", "Otter Tail/Grant county", a caption above a dateline: two names.
_BETWEEN = re.compile(r"[,;/|]|\s[-–—]\s|['’]s\s|\n[^\S\n]*\n")


def _parts(text: str, name: Name, known: Known) -> Iterator[Name]:
    """Yield a name of a place cut at what hardly stands within one; others, and known ones, as they are."""
    is_place = max(name.chances) == name.chances[_LOC] and (name.start, name.end) not in known
    if not is_place or not _BETWEEN.search(text, name.start, name.end):
        yield name
        return
    start = name.start
    for cut, go_on in [
        *(mark.span() for mark in _BETWEEN.finditer(text, start, name.end)),
        (name.end, name.end),
    ]:
        part = text[start:cut]
        begin = start + len(part) - len(part.lstrip())
        end = begin + len(part.strip())
        if begin < end:
            yield replace(name, start=begin, end=end, inner=())
        start = go_on


_LONGEST_CREDIT = 60


def _credits_apart(text: str, names: Sequence[Name]) -> list[Name]:
    """Return the names with those at the end of a line cut in two where both parts are names of the report.

    "Rebels on the road to Bin Jawad Reuters": a caption and who took the picture.
    """
    by_key: dict[str, Name] = {}
    for name in names:
        by_key.setdefault(_key(text[name.start : name.end]), name)
    apart: list[Name] = []
    for name in names:
        parts = [name]
        if name.end - name.start <= _LONGEST_CREDIT and text[name.end : name.end + 1] in ("", "\n"):
            for gap in re.finditer(r"\s+", text[name.start : name.end]):
                cut, go_on = name.start + gap.start(), name.start + gap.end()
                first = by_key.get(_key(text[name.start : cut]))
                second = by_key.get(_key(text[go_on : name.end]))
                if first and second:
                    parts = [
                        replace(first, start=name.start, end=cut, inner=()),
                        replace(second, start=go_on, end=name.end, inner=()),
                    ]
        apart.extend(parts)
    return apart


_INITIALS = re.compile(r"\b[A-Z](?:\.\s?[A-Z])+\Z")
_SHORTENED = re.compile(r"(?<![^\W\d_])[A-Z][a-z]{1,4}\Z")
_AFTER_COMMA = re.compile(r",\s[A-Z][a-z]\Z")
_GOES_ON = re.compile(r"\.(?=\s*[a-z,;)]|\s+--)")
_LOWER_FIRST = re.compile(r"(?:[a-z]+\s+)+(?=[A-Z])")


def _mended(text: str, name: Name) -> Name:
    """Return the name of a place with its boundaries as editors write names.

    The full stop of an abbreviation belongs to it ("Fla. economist", "the U.S. since"); what begins without
    a capital is no part of a name that has one ("eastern Chad", but "al-Tanf").
    """
    inner = tuple(_mended(text, part) for part in name.inner)
    if name.chances[_LOC] < max(name.chances):
        return replace(name, inner=inner)
    start, end = name.start, name.end
    if lower := _LOWER_FIRST.match(text, start, end):
        start = lower.end()
    written = text[max(start - 2, 0, end - 8) : end]
    if (
        (_GOES_ON.match(text, end) and _SHORTENED.search(written))
        or (text[end : end + 1] == "." and _INITIALS.search(written))
        or (text[end : end + 1] == "." and _AFTER_COMMA.search(written))
    ):
        end += 1
    return replace(name, start=start, end=end, inner=inner)


_COMPASS = re.compile(r"(?:North|South|East|West)(?:ern)?|Central|Upper|Lower")


def _are_known(hit: NameHit | None) -> bool:
    """Tell whether words together are the name of a place."""
    return hit is not None and hit.feature_classes != "D"


def _rejoined(text: str, names: Sequence[Name], known: Known) -> list[Name]:
    """Return the names with two neighbours made one: the gazetteer knows the whole, or "Western Kasai"."""
    whole: list[Name] = []
    for name in names:
        name = replace(name, inner=tuple(_rejoined(text, name.inner, known)))
        last = whole[-1] if whole else None
        if (
            last is not None
            and text[last.end : name.start].isspace()
            and (
                _are_known(known.get((last.start, name.end)))
                or _COMPASS.fullmatch(text, last.start, last.end)
            )
            and max(last.chances[_LOC], name.chances[_LOC]) >= _LEAST_CHANCE_KNOWN
        ):
            larger = max(last, name, key=lambda part: part.chances[_LOC])
            whole[-1] = replace(larger, start=last.start, end=name.end, inner=())
        else:
            whole.append(name)
    return whole


# Names that others have borrowed: ships, and movements called after the countries they want.
_BORROWED = re.compile(
    r"(?:\b(?:(?:battle|steam|flag|gun|war)(?:ship|boat)|cruiser|destroyer|frigate|corvette|submarine|steamer|"
    r"ironclad|minesweeper|aircraft carrier|trawler|schooner|freighter|tanker|ferry)s?|"
    r"\b(?:USS|HMS|HMAS|HMCS|MV|Radio)|\bIslamic (?:State|Emirate) (?:of|in)(?: the)?)[ \n][\"“'‘]?\Z"
)
_LONGEST_BORROWED = 40


def _is_borrowed(text: str, name: Name) -> bool:
    """Tell whether a name is that of something called after a place: "the battleship Texas"."""
    return _BORROWED.search(text[max(0, name.start - _LONGEST_BORROWED) : name.start]) is not None


def _pooled(text: str, names: Sequence[Name], known: Known) -> list[Name]:
    """Return the names with chances shared among equal ones, and with the gazetteer's word for a place.

    One mention of a name in a report helps another, and "Silvio Berlusconi" helps "Berlusconi". But where
    most mentions of "Ras Lanuf" look like a person, they must not carry the rest with them: a name the
    gazetteer knows is never moved off a place, unless it is the surname of somebody in the report.
    """
    groups: dict[str, list[Name]] = {}
    persons: dict[str, list[Name]] = {}
    for name in names:
        key = _key(text[name.start : name.end])
        groups.setdefault(key, []).append(name)
        if " " in key and name.chances[_PER] == max(name.chances):
            persons.setdefault(key.rpartition(" ")[2], []).append(name)
    shared = {key: _mean_chances(group + persons.get(key, [])) for key, group in groups.items()}
    pooled = []
    for name in names:
        key = _key(text[name.start : name.end])
        chances = [(own + both) / 2 for own, both in zip(name.chances, shared[key], strict=True)]
        hit = known.get((name.start, name.end))
        if hit and hit.feature_classes == "D":  # "Saudi papers": the word can be no place
            chances[_NORP] += chances[_LOC]
            chances[_LOC] = 0.0
        elif hit and key not in persons:
            place = max(chances[_LOC], name.chances[_LOC]) * _PRIOR
            total = max(sum(chances) - chances[_LOC] + place, 1.0)
            chances[_LOC] = place
            chances = [chance / total for chance in chances]
        pooled.append(replace(name, chances=tuple(chances)))
    return pooled


def _mean_chances(names: Sequence[Name]) -> list[float]:
    return [sum(chances) / len(names) for chances in zip(*(name.chances for name in names), strict=True)]


# By how much a known name is likelier a place than the encoder says, which has seen the same fact: a little.
_PRIOR = 1.3


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


_HYPHENATED = re.compile(r"-\s*\n\s*")


def _joined(name: str) -> str:
    """
    Return the spelling to look up where a line break or wide space cuts a name, else "".

    >>> _joined("Deir\\nez-Zor"), _joined("Ben-\\nghazi"), _joined("Deir ez-\\nZor"), _joined("Sirte")
    ('Deir ez-Zor', 'Benghazi', 'Deir ez-Zor', '')
    """
    whole = _HYPHENATED.sub(lambda cut: "" if name[cut.end() : cut.end() + 1].islower() else "-", name)
    whole = " ".join(whole.split())
    return whole if whole != name else ""
