"""Text -> toponyms: the names of places in a report.

Two gears behind one seam, a callable from a text to its toponyms. `full` runs a small encoder
(`mapper.text.encoder`), `fast` a linear model (`mapper.text.fast`). Both give names with the chances of their
classes; here it is decided which of them are places, over all mentions of a report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, Protocol

from rapidfuzz.distance import OSA

from mapper.model import NameHit, Toponym
from mapper.text.chain import CLASSES, Name
from mapper.text.encoder import Encoder
from mapper.text.fast import LinearTagger

FindNames = Callable[[str], Sequence[NameHit]]
Known = Mapping[tuple[int, int], NameHit]  # the names that the gazetteer knows, by span

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
    return _Recognizer(gear, find_names, demonyms=demonyms, nested=nested)


class _Recognizer:
    def __init__(self, gear: str, find_names: FindNames, *, demonyms: bool, nested: bool) -> None:
        self._linear = LinearTagger()
        self._encoder = Encoder() if gear == "full" else None
        self._find_names = find_names
        self._demonyms = demonyms
        self._nested = nested

    def __call__(self, text: str) -> list[Toponym]:
        hits = self._find_names(text)
        names = self._linear.names(text, hits)
        if self._encoder:
            names = _voted(text, hits, self._encoder.names(text, hits), names)
        return decide(text, hits, names, demonyms=self._demonyms, nested=self._nested)

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
    text: str, hits: Sequence[NameHit], names: Sequence[Name], *, demonyms: bool, nested: bool
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
    demonyms, nested
        Give these roles too.
    """
    known = {(hit.start, hit.end): hit for hit in hits}
    names = [part for name in names for part in _parts(text, name, known)]
    names = _credits_apart(text, names)
    names = _rejoined(text, [_mended(text, name) for name in names], known)
    names = _pooled(text, names, known)
    attributive = _ATTRIBUTIVE_WIDE if demonyms else _ATTRIBUTIVE
    found, within = [], []
    for name in names:
        is_place = max(name.chances[_LOC], name.chances[_NORP]) == max(name.chances)
        if is_place:
            found.append(_toponym(text, name, known))
        for inner in name.inner:
            if not is_place and max(inner.chances[_LOC], inner.chances[_NORP]) >= attributive:
                toponym = _toponym(text, inner, known)
                # The chance is that of the inner name alone; that one of the two readings holds is likelier.
                found.append(replace(toponym, score=(1 + toponym.score) / 2))
            elif nested:
                within.append(replace(_toponym(text, inner, known), role="nested"))
    found = [*_respelled(text, found, names, known), *within]
    found.sort(key=lambda toponym: (toponym.start, -toponym.end))
    return [toponym for toponym in found if demonyms or toponym.role != "demonym"]


# "Kentucky State Police" is an organisation and its first word a place; corpora disagree whether to mark it,
# and the encoder, trained on all, gives the place about a quarter of the chance where most would.
_ATTRIBUTIVE = 0.25
_ATTRIBUTIVE_WIDE = 0.1  # whoever asks for demonyms asks for names used as adjectives


# A place wrongly taken for a government loses its events. Governments are called by countries and large
# cities: "clashes between Ras Lanuf and Bin Jawad" is about two towns.
_SURELY = 0.8
_LARGE = 5.0  # log10 of the population


def _toponym(text: str, name: Name, known: Known) -> Toponym:
    """Return a name as a place or a demonym, whichever is likelier."""
    place, demonym = name.chances[_LOC], name.chances[_NORP]
    spelled = text[name.start : name.end]
    if demonym > place:
        return Toponym(name.start, name.end, spelled, "demonym", demonym)
    hit = known.get((name.start, name.end))
    stands_for = name.associative > _SURELY and (hit is None or hit.prominence >= _LARGE)
    role: Literal["literal", "associative"] = "associative" if stands_for else "literal"
    return Toponym(name.start, name.end, spelled, role, place, _joined(spelled))


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

    "... between Ras Lanuf and Bin Jawad Reuters": a caption and who took the picture.
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


def _rejoined(text: str, names: Sequence[Name], known: Known) -> list[Name]:
    """Return the names with two neighbours made one where the gazetteer knows the whole."""
    whole: list[Name] = []
    for name in names:
        name = replace(name, inner=tuple(_rejoined(text, name.inner, known)))
        last = whole[-1] if whole else None
        if (
            last is not None
            and (hit := known.get((last.start, name.end))) is not None
            and hit.feature_classes != "D"
            and text[last.end : name.start].isspace()
            and max(last.chances[_LOC], name.chances[_LOC]) >= _LEAST_CHANCE_KNOWN
        ):
            larger = max(last, name, key=lambda part: part.chances[_LOC])
            whole[-1] = replace(larger, start=last.start, end=name.end, inner=())
        else:
            whole.append(name)
    return whole


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


_CAPITALISED = re.compile(r"[^\W\d_a-z][^\W\d_]+")
_SHORTEST_SLIP = 6  # with fewer letters a slip is another name: Iran and Iraq, Bari and Bali
_MOST_ANCHORS = 200
_SLIP_SCORE = 0.6


def _respelled(text: str, found: Sequence[Toponym], names: Sequence[Name], known: Known) -> list[Toponym]:
    """Return the toponyms with slips of other mentions corrected in `name`, and slips that were none added.

    "For days Ras Lanus has come under fire", after "Ras Lanuf": capitalised words that the gazetteer does not
    know, a letter or two from a place of the report that it does.
    """
    anchors = _anchors(found, known)
    if not anchors:
        return list(found)
    at = {toponym.start: toponym for toponym in found}
    taken = bytearray(len(text))
    for toponym in found:
        taken[toponym.start : toponym.end] = b"\1" * (toponym.end - toponym.start)
    other_names = {(name.start, name.end) for name in names}
    slips: dict[tuple[str, int], str] = {}
    for start, end, words in _capitalised_runs(text, {words for _, words in anchors}):
        if (start, end) in known or (words == 1 and end - start < _SHORTEST_SLIP):
            continue
        spelled = " ".join(text[start:end].split())
        if (spelled, words) not in slips:
            slips[spelled, words] = _meant(spelled, anchors.get((spelled[0], words), ()))
        meant = slips[spelled, words]
        if not meant:
            continue
        if start in at and at[start].end == end:
            at[start] = replace(at[start], name=meant)
        elif not any(taken[start:end]) and (words > 1 or (start, end) not in other_names):
            # A person may be called like a town but for one letter; two words that agree are no accident.
            at[start] = Toponym(start, end, text[start:end], "literal", _SLIP_SCORE, meant)
            taken[start:end] = b"\1" * (end - start)
    return [at[start] for start in sorted(at)]


def _anchors(found: Sequence[Toponym], known: Known) -> dict[tuple[str, int], list[str]]:
    """Return the known places of a report by first letter and number of words, the most frequent first."""
    counts: dict[str, int] = {}
    for toponym in found:
        if toponym.role in ("literal", "associative") and (toponym.start, toponym.end) in known:
            spelled = " ".join(toponym.text.split())
            if len(spelled) >= _SHORTEST_SLIP:
                counts[spelled] = counts.get(spelled, 0) + 1
    anchors: dict[tuple[str, int], list[str]] = {}
    for spelled in sorted(counts, key=lambda name: (-counts[name], name)):
        group = anchors.setdefault((spelled[0], len(spelled.split())), [])
        if len(group) < _MOST_ANCHORS:
            group.append(spelled)
    return anchors


def _capitalised_runs(text: str, sizes: set[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, words) of the runs of capitalised words that have one of the sizes."""
    words = [match.span() for match in _CAPITALISED.finditer(text)]
    for size in sorted(sizes, reverse=True):
        for first in range(len(words) - size + 1):
            run = words[first : first + size]
            if all(text[end:start] in (" ", "\n") for (_, end), (start, _) in pairwise(run)):
                yield run[0][0], run[-1][1], size


def _meant(spelled: str, anchors: Sequence[str]) -> str:
    """Return the place that a spelling is a slip of, "" when none; an ending added or lost is no slip.

    >>> _meant("Ras Lanus", ["Ras Lanuf"]), _meant("Libyan", ["Libya"]), _meant("Benghazi", ["Benghazi"])
    ('Ras Lanuf', '', '')
    """
    allowed = 1 if len(spelled) < 10 else 2
    for name in anchors:
        if 0 < OSA.distance(spelled, name, score_cutoff=allowed) <= allowed:
            return "" if spelled.startswith(name) or name.startswith(spelled) else name
    return ""
