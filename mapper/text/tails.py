"""What follows a quantity: which way, from what, by which way of going: "km north-east of X by road"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.text.landmarks import Landmark, read_landmark
from mapper.text.lexicon import word_class
from mapper.text.quantities import COMPASS_LETTERS, Quantity, read_compass, read_quantity
from mapper.text.tokens import Token, toponym_at, word_at
from mapper.text.unseen import DETERMINERS

_TRAVEL = word_class("travel")
_LINKS = word_class("link")
_WAYS = word_class("way")
_PAVED = word_class("paved")
_AWAY = word_class("away")
_ONWARD = word_class("onward")
_PREPOSITIONS = word_class("preposition")
_INVERTED = word_class("inverted")
_RECKONED = frozenset(["reckoning", "estimate", "count", "account", "estimation", "map"])
_JOINTS = frozenset(["and", "or", "but"])
_PARTING = frozenset(["separate", "separates", "separated"])


@dataclass(slots=True)
class Tail:
    """What follows a quantity: direction, link, landmark and manner; `last` is the index after it."""

    last: int
    bearing: str = ""
    bearing_deg: float | None = None
    landmark: Landmark | None = None
    link: str = ""
    road: bool = False
    air: bool = False
    away: bool = False
    onward: bool = False
    within: bool = False
    at_sea: bool = False
    origin: Landmark | None = None
    enclosed: bool = False

    def says_where(self) -> bool:
        """Tell whether anything but the figure was read."""
        return bool(self.bearing or self.link or self.away or self.road or self.onward or self.air)


def read_tail(tokens: Sequence[Token], quantity: Quantity) -> Tail:
    """Read what follows a quantity, a part at a time, until something else begins."""
    tail = Tail(quantity.last)
    tail.enclosed = (
        word_at(tokens, quantity.first - 1) == "," and word_at(tokens, quantity.first - 2) in _JOINTS
    )
    tail.within = "within" in (t.word for t in tokens[quantity.first : quantity.last])
    if word_at(tokens, tail.last) in _TRAVEL:
        tail.last, tail.road = tail.last + 1, True
    if word_at(tokens, tail.last) == ")" and word_at(tokens, quantity.first - 1) == "(":
        # "a day's march (20 miles) from X"
        tail.last += word_at(tokens, tail.last + 1) in _LINKS
    if word_at(tokens, tail.last) == "or" and word_at(tokens, tail.last + 1) in ("so", "thereabouts"):
        tail.last += 2
    _read_separated(tokens, tail)
    _skip_correction(tokens, tail)
    for _ in range(8):
        if not (_read_manner(tokens, tail) or _read_direction(tokens, tail) or _read_link(tokens, tail)):
            break
    return tail


def _read_manner(tokens: Sequence[Token], tail: Tail) -> bool:
    """Read "by road", "as the crow flies", "up the coast", "away", "farther on"."""
    i = tail.last
    words = tuple(word_at(tokens, k) for k in range(i, i + 4))
    if words[:4] == ("as", "the", "crow", "flies") or words[:4] == ("in", "a", "straight", "line"):
        tail.last, tail.air = i + 4, True
    elif words[:2] == ("by", "air") or words[:2] == ("straight", "line"):
        tail.last, tail.air = i + 2, True
    elif words[0] in ("by", "along", "on") and (step := _way(tokens, i + 1)) and words[0] == "by":
        tail.last, tail.road = step[0], True
    elif words[:2] == ("by", "the") and words[3] in ("from", "to"):
        # "by the hairpins from X"
        tail.last, tail.road = i + 3, True
    elif words[0] in ("by", "in") and words[2] in _RECKONED:
        tail.last = i + 3
    elif words[0] == "across" and (
        j := next((k for k in range(i + 2, i + 5) if word_at(tokens, k) == "from"), 0)
    ):
        # "20 km across the gulf from X"
        tail.last = j
    elif words[:2] in (("by", "car"), ("by", "bus"), ("by", "truck"), ("of", "road")):
        tail.last, tail.road = i + 2, True
    elif words[0] in ("up", "down", "along") and (step := _way(tokens, i + 1, ("towards", "toward", "to"))):
        tail.last, tail.onward = step[0], True
        tail.road = tail.road or step[1]
    elif words[0] in ("farther", "further"):
        tail.last, tail.onward = i + 1, True
        while word_at(tokens, tail.last) in _ONWARD and not _way(tokens, tail.last + 1):
            tail.last += 1
    elif (
        words[0] in _AWAY
        and not tail.link
        and (words[0] not in ("off", "out", "outside", "beyond") or not _lands(tokens, i + 1))
    ):
        tail.last, tail.away, tail.at_sea = i + 1, True, tail.at_sea or words[0] == "offshore"
    elif words[0] == "up" and words[1] == "and":
        return False
    elif words[0] in ("on", "up", "down") and (
        not words[1].isalpha() or words[1] in _INVERTED or words[1] in ("from", "towards", "toward")
    ):
        tail.last, tail.onward = i + 1, True
    else:
        return False
    return True


def _skip_correction(tokens: Sequence[Token], tail: Tail) -> None:
    """Pass over the wrong figure of "5 km, not 15 km, from X"."""
    i = tail.last + (word_at(tokens, tail.last) in (",", "and", "("))
    wrong = read_quantity(tokens, i + 1) if word_at(tokens, i) == "not" else None
    if wrong is not None:
        tail.last = wrong.last + (word_at(tokens, wrong.last) in (",", ")"))


def _read_separated(tokens: Sequence[Token], tail: Tail) -> None:
    """Read "40 km separate X from Y", "40 km of desert separate X and Y", "40 km lie between X and Y"."""
    i = tail.last
    while i < tail.last + 4 and word_at(tokens, tail.last) == "of" and word_at(tokens, i) not in _PARTING:
        i += 1
    i += word_at(tokens, i) in ("now", "still", "only", "then")
    lying = word_at(tokens, i) in ("lie", "lies", "are") and word_at(tokens, i + 1) == "between"
    parted = lying or word_at(tokens, i) in _PARTING
    near = read_landmark(tokens, i + 1 + lying) if parted else None
    if near is None or word_at(tokens, near.last) not in ("from", "and"):
        return
    far = read_landmark(tokens, near.last + 1)
    if far is not None:
        tail.landmark, tail.origin, tail.link, tail.last = near, far, "from", far.last


def _lands(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a landmark follows, so that "off" or "beyond" is its link and no adverb."""
    landmark = read_landmark(tokens, i)
    return landmark is not None and landmark.kind in ("name", "settlement", "capital", "thing", "it")


def _way(
    tokens: Sequence[Token], i: int, toward: Sequence[str] = ("towards", "toward")
) -> tuple[int, bool] | None:
    """Read "the coast road", "road", "the Tigris" after "up" and the like: index after it, whether paved."""
    j = i
    if word_at(tokens, j) in ("the", "this", "that", "same", "a"):
        j += 1
    if toponym_at(tokens, j) is not None:
        nxt = word_at(tokens, j + 1)
        if nxt in _WAYS:
            return j + 2, nxt in _PAVED
        return (j + 1, False) if j > i else None
    for k in range(j, j + 3):
        word = word_at(tokens, k)
        if word in _WAYS:
            while word_at(tokens, k + 1) in _WAYS:
                k += 1
            paved = word_at(tokens, k) in _PAVED
            if word_at(tokens, k + 1) in toward and (end := read_landmark(tokens, k + 2)):
                return end.last, paved
            return k + 1, paved
        if not word.isalpha() or word in _PREPOSITIONS:
            return None
    return None


def _read_direction(tokens: Sequence[Token], tail: Tail) -> bool:
    """Read "south-east", "to the west", "to its north"; after a landmark ", to the south-west"."""
    if tail.bearing:
        return False
    i = tail.last
    if word_at(tokens, i) == ",":
        point = read_compass(tokens, i + 1)
        apart = (tail.landmark or tail.road or tail.air) and word_at(tokens, i + 1) == "to"
        i += bool(apart or (point and word_at(tokens, point[2]) == "of"))
    around = word_at(tokens, i) == "in" and word_at(tokens, i + 1) in ("a", "an", "the")
    if around and (point := read_compass(tokens, i + 2)) and word_at(tokens, point[2]) == "direction":
        tail.bearing, tail.bearing_deg, tail.last = point[0], point[1], point[2] + 1
        return True
    toward = word_at(tokens, i) == "to" and word_at(tokens, i + 1) in ("the", "its", "their")
    i += 2 if toward else 0
    while word_at(tokens, i) in (
        "due",
        "directly",
        "straight",
        "immediate",
        "immediately",
        "farther",
        "further",
        "right",
    ):
        tail.onward = tail.onward or word_at(tokens, i) in ("farther", "further")
        i += 1
    if (found := read_compass(tokens, i)) is None:
        return False
    word, degrees, i = found
    following = word_at(tokens, i)
    # "5 km north Aleppo countryside": an adjective of what follows and no direction.
    if not toward and toponym_at(tokens, i) is not None:
        if tail.landmark is not None or tokens[i - 1].word not in COMPASS_LETTERS:
            return False
        # "5 km NW Aleppo", as bulletins write
        tail.landmark, tail.link = read_landmark(tokens, i), "of"
        i = tail.landmark.last if tail.landmark else i
    if tail.landmark is not None and following == "of":
        return False
    if toward and word_at(tokens, tail.last + 1) == "its" and tail.landmark is None:
        tail.landmark, tail.link = Landmark(tail.last + 1, tail.last + 2, "it"), "of"
    tail.bearing, tail.bearing_deg, tail.last = word, degrees, i
    return True


def _begins_end(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether what follows "to" is a place: "65 km to Y", not "10,000 km to get to Y"."""
    return toponym_at(tokens, i) is not None or word_at(tokens, i) in DETERMINERS


def _read_link(tokens: Sequence[Token], tail: Tail) -> bool:
    """Read "of X", "from the fallen city", "short of X", "to X" after a drive, "from A to B"."""
    if tail.landmark is not None:
        if (
            tail.link == "from"
            and not tail.bearing
            and word_at(tokens, tail.last) == "to"
            and tail.origin is None
        ):
            end = read_landmark(tokens, tail.last + 1)
            if end is not None and end.kind == "name":
                tail.origin, tail.landmark, tail.last = tail.landmark, end, end.last
                return True
        return False
    i = tail.last
    word = word_at(tokens, i)
    if word == "," and word_at(tokens, i + 1) in ("from", "to") and tail.link == "" and tail.road:
        i, word = i + 1, word_at(tokens, i + 1)
    if (word, word_at(tokens, i + 1)) in (
        ("short", "of"),
        ("shy", "of"),
        ("away", "from"),
        ("out", "of"),
        ("outside", "of"),
    ):
        word, start = f"{word} of", i + 2
    elif word in _LINKS or (word == "to" and _begins_end(tokens, i + 1)):
        start = i + 1
    else:
        return False
    # "A and, 40 km from the town, B": B is what lies there, not the town's name.
    landmark = read_landmark(tokens, start, apposed=not tail.enclosed)
    if (
        landmark is None
        or (word == "to" and landmark.kind == "it")
        or (word in ("above", "below") and landmark.kind == "thing")
        or (word == "behind" and landmark.toponym is not None and toponym_at(tokens, start) is None)
        or (word == "of" and not (tail.bearing or tail.onward or tail.away or tail.within))
    ):
        return False
    tail.landmark, tail.link, tail.last = landmark, word, landmark.last
    # "5 km off X", "off the coast" are at sea, "5 km off the road" is not.
    tail.at_sea |= word == "off" and (landmark.toponym is not None or landmark.noun in ("coast", "shore"))
    return True
