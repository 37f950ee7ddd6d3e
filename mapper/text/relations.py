"""Relations without a figure: "west of X", "just outside X", "between A and B", "on the road from A to B"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.model import Locative, Relation, Toponym
from mapper.text.focus import Focus, is_country
from mapper.text.landmarks import Landmark, read_landmark, resolve_landmark
from mapper.text.lexicon import word_class
from mapper.text.quantities import COMPASS_LETTERS, begins_quantity, read_compass, read_quantity
from mapper.text.subjects import Previous, find_subject
from mapper.text.tails import Tail
from mapper.text.tokens import Token, word_at

_EDGES = word_class("edge")
_INNER = word_class("inner")
_NEAR = tuple(
    tuple(phrase.split())
    for phrase in (
        "in the vicinity of", "in the neighbourhood of", "in the neighborhood of", "in the area of",
        "in the area around", "in the region of", "not far from", "a short distance from", "within sight of",
        "close to", "next to", "adjacent to", "off the coast of", "near", "nearby", "around", "opposite",
        "beside", "alongside",
    )
)  # fmt: skip
_OUTSIDE = (("just", "outside"), ("right", "outside"), ("outside",), ("just", "beyond"))
_INSIDE = (("inside",), ("deep", "inside"), ("downtown",), ("central",), ("within",))
# The phrases of a relation that begin with a word, the longer ones first.
_PHRASES: dict[str, list[tuple[Relation, tuple[str, ...]]]] = {}
_SAID: tuple[tuple[Relation, tuple[tuple[str, ...], ...]], ...] = (
    ("outside", _OUTSIDE), ("near", _NEAR), ("inside", _INSIDE),
)  # fmt: skip
for _relation, _phrases in _SAID:
    for _phrase in _phrases:
        _PHRASES.setdefault(_phrase[0], []).append((_relation, _phrase))
_HALFWAY = frozenset(["halfway", "midway"])
_ROADS = word_class("road")
_LINKING = frozenset(["linking", "connecting", "joining"])
# The words that a relation can begin with, beside the points of the compass.
_FIRST_WORDS = frozenset(
    (
        *_PHRASES, *_EDGES, *_INNER, *COMPASS_LETTERS, *_ROADS, *_HALFWAY, "half", "between",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reading:
    """A relation as read: its tokens and what it says."""

    first: int
    last: int
    relation: Relation
    landmarks: tuple[Landmark, ...]
    bearing: str = ""
    bearing_deg: float | None = None
    fraction: float | None = None
    at_sea: bool = False


def begins_relation(word: str) -> bool:
    """Tell whether a relation can begin with a word in lower case: most words begin none."""
    return word in _FIRST_WORDS or word.startswith(("north", "south", "east", "west"))


def read_relation(
    tokens: Sequence[Token], i: int, focus: Focus, previous: Previous | None
) -> tuple[Locative, int] | None:
    """
    Return the relation that begins at token `i` and the index after it, None where none does.

    Parameters
    ----------
    tokens, i
        Where to read.
    focus
        Fills "the city", "it" and an unsaid landmark ("farther east").
    previous
        The claim before it, None for the first.
    """
    if tokens[i].toponym is not None:
        reading = _read_named_way(tokens, i)
    else:
        reading = (
            _read_way(tokens, i) or _read_between(tokens, i) or _read_part(tokens, i)
            or _read_compass(tokens, i) or _read_word(tokens, i)
        )  # fmt: skip
    if reading is None:
        return None
    subject, claim = None, False
    if reading.relation == "direction" and reading.landmarks:
        tail = Tail(reading.last, reading.bearing, reading.bearing_deg, reading.landmarks[0], "of")
        subject, claim = find_subject(tokens, reading.first, tail, focus, previous)
    landmarks = _resolve(reading, focus, subject)
    if not landmarks:
        return None
    locative = Locative(
        start=tokens[reading.first].start,
        end=tokens[reading.last - 1].end,
        text="",
        relation=reading.relation,
        landmarks=landmarks,
        subject=subject,
        bearing=reading.bearing,
        bearing_deg=reading.bearing_deg,
        claim=claim,
        fraction=reading.fraction,
        implicit=not reading.landmarks or any(landmark.toponym is None for landmark in reading.landmarks),
        at_sea=reading.at_sea,
    )
    return locative, reading.last


def _resolve(reading: _Reading, focus: Focus, subject: Toponym | None) -> tuple[Toponym, ...]:
    """Return the landmarks' toponyms, none if one of them is no named place."""
    if not reading.landmarks:
        unsaid = focus.resolve(reading.first, exclude=(subject,))
        return (unsaid,) if unsaid is not None else ()
    found: list[Toponym] = []
    for landmark in reading.landmarks:
        toponym = resolve_landmark(landmark, focus, reading.first, (subject, *found))
        if toponym is None:
            return ()
        found.append(toponym)
    if reading.relation == "between" and any(is_country(t) or t.role == "associative" for t in found):
        # "Talks between Moscow and Kyiv", "the border between Iran and Iraq".
        return ()
    return tuple(found)


def _named(tokens: Sequence[Token], i: int) -> Landmark | None:
    """Return the landmark at `i` if it is a name, perhaps after "the town of"."""
    landmark = read_landmark(tokens, i)
    return landmark if landmark is not None and landmark.kind == "name" else None


def _read_way(tokens: Sequence[Token], i: int) -> _Reading | None:
    """Read "the road from A to B", "the highway to B"."""
    if tokens[i].word not in (
        "road",
        "highway",
        "coast",
        "coastline",
        "railway",
        "line",
        "motorway",
        "route",
        "corridor",
        "axis",
    ):
        return None
    word, j = word_at(tokens, i + 1), i + 2
    if word in _LINKING or word in ("from", "between"):
        start = _named(tokens, j)
        joint = word_at(tokens, start.last) if start else ""
        if start is None or joint not in ("to", "and", "with", "towards", "toward"):
            return None
        end = _named(tokens, start.last + 1)
        return _Reading(_way_first(tokens, i), end.last, "along", (start, end)) if end else None
    if word in ("to", "towards", "toward") and tokens[i].word not in ("line", "axis", "corridor", "coast"):
        end = _named(tokens, j)
        return _Reading(_way_first(tokens, i), end.last, "along", (end,)) if end else None
    return None


def _read_named_way(tokens: Sequence[Token], i: int) -> _Reading | None:
    """Read "the A-B road", "the A to B highway"."""
    if (
        word_at(tokens, i + 1) not in ("-", "–", "to", "/")
        or i + 2 >= len(tokens)
        or tokens[i + 2].toponym is None
    ):
        return None
    j = i + 4 if word_at(tokens, i + 3) in ("coastal", "coast", "desert", "main") else i + 3
    if word_at(tokens, j) not in _ROADS:
        return None
    ends = (
        Landmark(i, i + 1, "name", tokens[i].toponym),
        Landmark(i + 2, i + 3, "name", tokens[i + 2].toponym),
    )
    return _Reading(_way_first(tokens, i), j + 1, "along", ends)


def _way_first(tokens: Sequence[Token], i: int) -> int:
    """Return where "on the main road" begins, given its noun or name."""
    first = i
    while (
        first > 0
        and i - first < 4
        and word_at(tokens, first - 1) in ("the", "main", "coastal", "desert", "coast", "old", "same")
    ):
        first -= 1
    return first - 1 if word_at(tokens, first - 1) in ("on", "along", "off", "near") else first


def _read_between(tokens: Sequence[Token], i: int) -> _Reading | None:
    """Read "between A and B", "halfway from A to B", "half-way to B"."""
    word = word_at(tokens, i)
    j, fraction = i, None
    if word in _HALFWAY:
        j, fraction = i + 1, 0.5
    elif word == "half" and word_at(tokens, i + 1) == "-" and word_at(tokens, i + 2) == "way":
        j, fraction = i + 3, 0.5
    elif word == "half" and word_at(tokens, i + 1) == "way":
        j, fraction = i + 2, 0.5
    joint = {"between": ("and",), "from": ("to",)}.get(word_at(tokens, j), ())
    if not joint or (fraction is None and word_at(tokens, j) == "from"):
        return None
    start = _named(tokens, j + 1)
    if start is None or word_at(tokens, start.last) not in joint:
        return None
    end = _named(tokens, start.last + 1)
    return _Reading(i, end.last, "between", (start, end), fraction=fraction) if end else None


def _read_part(tokens: Sequence[Token], i: int) -> _Reading | None:
    """Read "the eastern suburbs of X", "the outskirts of X", "southern X", "the north of X"."""
    compass = read_compass(tokens, i)
    j = compass[2] if compass else i
    word = word_at(tokens, j)
    adjective = compass is not None and tokens[j - 1].word.endswith(("ern", "n"))
    bearing, degrees = (compass[0], compass[1]) if compass else ("", None)
    if word in _EDGES or (word in _INNER and (compass is not None or word_at(tokens, j + 1) == "of")):
        if (
            word_at(tokens, j + 1) != "of"
            or (landmark := read_landmark(tokens, j + 2)) is None
            or landmark.kind == "thing"
        ):
            return None
        relation: Relation = "outside" if word in _EDGES and compass is None else "inside"
        return _Reading(_part_first(tokens, i), landmark.last, relation, (landmark,), bearing, degrees)
    if compass is None:
        return None
    if adjective and j < len(tokens) and tokens[j].toponym is not None:
        return _Reading(
            i, j + 1, "inside", (Landmark(j, j + 1, "name", tokens[j].toponym),), bearing, degrees
        )
    in_the = word_at(tokens, i - 1) == "the" and word_at(tokens, i - 2) in (
        "in",
        "across",
        "throughout",
        "from",
    )
    if in_the and word == "of" and (landmark := _named(tokens, j + 1)) is not None:
        return _Reading(i - 2, landmark.last, "inside", (landmark,), bearing, degrees)
    return None


def _part_first(tokens: Sequence[Token], i: int) -> int:
    first = i - 1 if word_at(tokens, i - 1) in ("the", "its") else i
    return first - 1 if word_at(tokens, first - 1) in ("in", "on", "at", "near") else first


def _read_compass(tokens: Sequence[Token], i: int) -> _Reading | None:
    """Read "west of X", "to the north of the town", "to its east", "farther east"."""
    compass = read_compass(tokens, i)
    if compass is None:
        return None
    bearing, degrees, j = compass
    first = i
    toward = word_at(tokens, i - 1) in ("the", "its") and word_at(tokens, i - 2) == "to"
    if toward:
        first = i - 2
    elif word_at(tokens, i - 1) in (
        "just",
        "due",
        "immediately",
        "directly",
        "slightly",
        "further",
        "farther",
        "far",
    ):
        first = i - 1
    if word_at(tokens, j) in ("of", "from"):
        landmark = read_landmark(tokens, j + 1)
        if landmark is not None and landmark.kind != "thing":
            return _Reading(first, landmark.last, "direction", (landmark,), bearing, degrees)
        return None
    if toward and word_at(tokens, i - 1) == "its":
        return _Reading(first, j, "direction", (Landmark(i - 1, i, "it"),), bearing, degrees)
    if word_at(tokens, i - 1) in ("further", "farther"):
        return _Reading(first, j, "direction", (), bearing, degrees)
    return None


def _read_word(tokens: Sequence[Token], i: int) -> _Reading | None:
    """Read "near X", "just outside X", "inside X"."""
    for relation, phrase in _PHRASES.get(tokens[i].word, ()):
        if any(word_at(tokens, i + k) != word for k, word in enumerate(phrase)):
            continue
        j = i + len(phrase)
        word = word_at(tokens, j)
        if word and begins_quantity(word) and read_quantity(tokens, j) is not None:
            # "within ten miles of X"
            return None
        landmark = read_landmark(tokens, j)
        if landmark is None or landmark.kind in ("thing", "it", "recent"):
            continue
        if relation == "inside" and landmark.kind != "name":
            continue
        if landmark.toponym is not None or phrase[0] != "around":
            return _Reading(i, landmark.last, relation, (landmark,), at_sea=phrase[0] == "off")
    return None
