"""Distances from a landmark, as a report states them: what is placed, from where, how far, which way.

A figure is a claim when it says how far one thing is from another ("X, 40 km south of Y", "the town is 40 km
away"). How far somebody went, how long a front is, how far a gun reaches measure something else.
"""

from __future__ import annotations

from collections.abc import Sequence

from mapper.model import Locative, Toponym
from mapper.text.clauses import COPULAS
from mapper.text.focus import Focus, is_country
from mapper.text.landmarks import Landmark, resolve_landmark
from mapper.text.lexicon import word_class
from mapper.text.quantities import Quantity
from mapper.text.subjects import Previous, read_subject, source_of
from mapper.text.tails import Tail, read_tail
from mapper.text.tokens import Token, toponym_at, word_at

_ONWARD = word_class("onward")
_ONWARD_FIRST = frozenset(["another", "further"])
_FARTHER = frozenset(["another", "further", "farther"])
_GOING = word_class("going")
_MEASURES = word_class("measure")
_MEASURED_AFTER = word_class("measured_after")
# "For 5 km north of X"
_SPANS = frozenset(["per", "for", "after", "by", "every"])
# What stands somewhere beside having a length: "a line 75 km from X".
_STANDING = frozenset(["line", "front", "zone", "column", "convoy", "pocket", "salient", "perimeter"])
_REACHING = word_class("reaching")
_ABLE = word_class("able")
_REACH_RIGHT = 25


def read_offset(
    tokens: Sequence[Token],
    quantity: Quantity,
    focus: Focus,
    previous: Previous | None,
    *,
    directed: bool = False,
) -> Locative | None:
    """
    Return the claim that a quantity makes, None where it makes none.

    Parameters
    ----------
    tokens, quantity
        The quantity and the tokens about it.
    focus
        Fills what the phrase leaves unsaid.
    previous
        The claim before it in the same report, None for the first.
    directed
        Whether a direction stands before it ("north of X, 40 km").
    """
    tail = read_tail(tokens, quantity)
    subject, framing = read_subject(tokens, quantity.first, tail, focus, previous)
    if not is_claim(tokens, quantity, tail, directed or framing is not None):
        return None
    first, last = quantity.first, tail.last
    subject, landmark, implicit = _ends(tokens, quantity, tail, focus, previous, subject, framing)
    _remember(tokens, first, tail, focus, subject, landmark)
    ranged = quantity.maximum is not None and quantity.maximum > quantity.value
    maximum = (quantity.maximum or 0.0) * quantity.metres if ranged else None
    return Locative(
        start=tokens[first].start,
        end=tokens[last - 1].end,
        text="",
        relation="offset",
        landmarks=(landmark,) if landmark is not None else (),
        subject=subject,
        value=quantity.value if quantity.unit else None,
        unit=quantity.unit,
        distance_m=quantity.value * quantity.metres if quantity.unit else None,
        distance_max_m=maximum,
        bearing=tail.bearing,
        bearing_deg=tail.bearing_deg,
        comparator="<" if tail.link == "within" else quantity.comparator,
        road=tail.road or quantity.hours is not None,
        hours=quantity.hours,
        implicit=implicit,
        others=focus.others(first, (subject, landmark)) if implicit and landmark is not None else (),
        at_sea=tail.at_sea,
    )


def _ends(
    tokens: Sequence[Token],
    quantity: Quantity,
    tail: Tail,
    focus: Focus,
    previous: Previous | None,
    subject: Toponym | None,
    framing: Toponym | None,
) -> tuple[Toponym | None, Toponym | None, bool]:
    """Return subject and landmark of a claim, and whether no name of the phrase tells the landmark."""
    first = quantity.first
    implicit = tail.landmark is None or tail.landmark.toponym is None
    if framing is not None and tail.landmark is None:
        landmark: Toponym | None = framing
        implicit = False
    elif tail.landmark is not None:
        landmark = _said(tokens, tail.landmark, focus, first, previous, subject)
    else:
        landmark = _unsaid(tokens, quantity, tail, focus, previous, subject)
    if tail.link == "to" and framing is not None and tail.landmark and subject is tail.landmark.toponym:
        landmark = framing
    if tail.origin is not None and tail.landmark is not None:
        subject = tail.landmark.toponym
        landmark = resolve_landmark(tail.origin, focus, first, (subject,))
        implicit = tail.origin.toponym is None
    if landmark is not None and landmark is subject:
        # "a post between X and Y, 5 km from the latter"
        one_of_two = tail.landmark is not None and tail.landmark.kind in ("former", "latter")
        subject, landmark = (None, landmark) if one_of_two else (subject, None)
    return subject, landmark, implicit


def _remember(
    tokens: Sequence[Token],
    first: int,
    tail: Tail,
    focus: Focus,
    subject: Toponym | None,
    landmark: Toponym | None,
) -> None:
    """Tell the focus what the claim is about, and what it only measures from."""
    if landmark is not None and tail.landmark is not None and tail.landmark.toponym is not None:
        focus.advance(tail.last)
        focus.background(landmark, landmark=True)
    if subject is not None and word_at(tokens, first - 1) in (",", "("):
        focus.background(subject, landmark=False)
    elif subject is not None and word_at(tokens, first - 1) in COPULAS and tokens[first - 2].toponym is None:
        focus.mention(first - 1, subject, placed=True)
    if landmark is not None and tail.landmark is not None and tail.landmark.kind == "here":
        focus.mention(first, landmark)


def is_claim(tokens: Sequence[Token], quantity: Quantity, tail: Tail, framed: bool) -> bool:
    """
    Tell whether a quantity says how far one thing is from another.

    Parameters
    ----------
    tokens, quantity, tail
        As read.
    framed
        Whether the clause itself speaks of a distance ("from A to B is 40 km").
    """
    before, after = word_at(tokens, quantity.first - 1), word_at(tokens, quantity.last)
    across = after == "across" and tail.landmark is not None
    if quantity.attributive or (after in _MEASURED_AFTER and not across):
        return False
    if quantity.unit == "m" and after == "up":
        # "a fort ten thousand feet up"
        return False
    if not framed and not tail.says_where():
        return False
    if not framed and word_at(tokens, tail.last - 1) == "apart":
        # Of things without a name: "houses 50 m apart".
        return False
    measured = before == "of" and any(word_at(tokens, quantity.first - k) in _MEASURES for k in (2, 3))
    # "A line 8 km long", but "on a line 8 km north of X"
    placed = tail.link == "of" and (tail.bearing or before in ("advance", "front")) and before not in _SPANS
    told_from = tail.link == "from" and tail.landmark is not None and tail.origin is None
    placed = placed or (told_from and before in _STANDING)
    extent = before in _MEASURES and not placed
    if measured or before == "from" or (extent and not framed):
        return False
    if any(
        word_at(tokens, quantity.first - k) in _GOING
        for k in (1, 2)
        if _adverbial(tokens, quantity.first - k + 1, quantity.first)
    ) and not ((tail.bearing and tail.link == "of") or tail.link == "short of"):
        return False
    if before == "," and toponym_at(tokens, quantity.first - 2) is not None:
        # "It could be seen from X, 20 km off"
        return True
    left = [token.word for token in _of_clause(tokens, quantity.first)]
    return not (any(w in _ABLE for w in left) and any(w in _REACHING for w in left))


def _of_clause(tokens: Sequence[Token], first: int) -> Sequence[Token]:
    """Return the last words of the clause before a phrase."""
    k = first
    while k > max(0, first - 7) and tokens[k - 1].sentence == tokens[first].sentence:
        if tokens[k - 1].word in (";", ":"):
            break
        k -= 1
    return tokens[k:first]


def _adverbial(tokens: Sequence[Token], i: int, j: int) -> bool:
    """Tell whether between a verb and its figure stand only small words: "moved on another 5 km"."""
    return all(
        word_at(tokens, k) in _ONWARD
        or word_at(tokens, k) in ("in", "back", "forward", "for", "some", "northwards", "nearly")
        for k in range(i, j)
    )


def _said(
    tokens: Sequence[Token],
    said: Landmark,
    focus: Focus,
    index: int,
    previous: Previous | None,
    subject: Toponym | None,
) -> Toponym | None:
    """
    Return the landmark that is said.

    "It" in a second claim is what it was in the first; "that town" is what the first was told from: "X, 12 km
    from Y, and Z, 20 km from that town", "X, south of Y and 20 km from it".
    """
    if previous is not None and previous.sentence == tokens[index].sentence:
        joined = previous.last >= index - 1 and subject is previous.subject
        again = said.kind == "it" and (previous.implicit or joined)
        that = said.demonstrative and not said.proximal
        if (again or that) and previous.landmark not in (None, subject):
            return previous.landmark
    return resolve_landmark(said, focus, index, (subject,))


def _unsaid(
    tokens: Sequence[Token],
    quantity: Quantity,
    tail: Tail,
    focus: Focus,
    previous: Previous | None,
    subject: Toponym | None,
) -> Toponym | None:
    """Return the landmark of "40 km to the south", "25 km north", "45 km away", "20 km farther on"."""
    index = quantity.first
    onward = tail.onward or any(t.word in _ONWARD_FIRST for t in tokens[quantity.first : quantity.first + 1])
    farther = onward and any(t.word in _FARTHER for t in tokens[index : tail.last])
    away = tail.away and not tail.bearing and not tail.onward
    if previous is not None and previous.sentence == tokens[index].sentence:
        # "X, 40 km from Y, Z, 15 km farther on", "Z, 15 km away": from X; "15 km to the south": from Y.
        before = [] if onward else [previous.landmark]
        # "X, 12 km away, and Y, 16 km away": both from one place.
        paired = previous.implicit and index - previous.last <= 4
        before = [previous.subject, *before] if farther or (away and not paired) else before
        told = next((end for end in before if end is not None and end is not subject), None)
        if told is not None:
            return told
    latest = onward and (farther or not tail.road)
    told = source_of(tokens, index, subject)
    told = told or focus.resolve(index, exclude=(subject,), latest=latest)
    return told or _told_after(tokens, tail.last, subject)


def _told_after(tokens: Sequence[Token], last: int, subject: Toponym | None) -> Toponym | None:
    """Return Y of "Troops from X, 40 km to the west, came to Y", where no place was told before."""
    for token in tokens[last : last + _REACH_RIGHT]:
        if token.sentence != tokens[last].sentence:
            return None
        if token.toponym is not None and token.toponym is not subject and not is_country(token.toponym):
            return token.toponym
    return None
