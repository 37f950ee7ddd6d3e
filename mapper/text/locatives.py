"""Phrases that place something by a landmark: "40 km north of X", "between X and Y", "just outside X".

A small grammar over tokens in which a toponym is one word. Every reading looks a bounded number of tokens to
either side, so the time is linear in the length of the text. What a phrase leaves unsaid ("the town", "40 km
to the south") is filled from the places in focus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mapper.model import Locative, Toponym
from mapper.text.focus import Focus
from mapper.text.offsets import read_offset
from mapper.text.quantities import Quantity, begins_quantity, read_compass, read_number, read_quantity
from mapper.text.relations import begins_relation, read_relation
from mapper.text.subjects import Previous
from mapper.text.tokens import Token, tokenize, word_at

_JOINT = re.compile(r"[ ,(]{1,3}(?:at )?")
_LISTING = frozenset([",", "and", "but", "only", "some", "about", "just"])
_MAX_M = 20_040_000.0  # half the way round the earth: no place is farther


def find_locatives(text: str, toponyms: Sequence[Toponym]) -> list[Locative]:
    """
    Return the locative phrases of a text, in the order in which they begin.

    Parameters
    ----------
    text
        One report.
    toponyms
        The names found in it; landmarks and subjects are among them.

    Returns
    -------
    locatives
        Empty where the text places nothing. `claim` is True where distance or direction is asserted.
    """
    tokens = tokenize(text, toponyms)
    focus = Focus(tokens)
    found: list[Locative] = []
    previous: Previous | None = None
    figure: Quantity | None = None
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.toponym is None and not (begins_quantity(token.word) or begins_relation(token.word)):
            i += 1
            continue
        focus.advance(i)
        quantity = _quantity(tokens, i) or _elliptic(tokens, i, figure)
        if quantity is not None:
            directed = bool(found) and _JOINT.fullmatch(text, found[-1].end, tokens[quantity.first].start)
            stated = bool(directed) and found[-1].relation == "direction"
            locative = read_offset(tokens, quantity, focus, previous, directed=stated)
            last = quantity.last if locative is None else _after(tokens, quantity.last, locative.end)
            if locative is not None and stated and (whole := _joined(found[-1], locative)):
                locative = whole
                found.pop()
            if locative is not None:
                previous, figure = _told(locative, tokens, i, last), replace(quantity, last=last)
                if quantity.listed and (pair := _pair(tokens, quantity, locative)):
                    found.append(replace(pair[0], text=text[locative.start : locative.end]))
                    locative = pair[1]
        else:
            reading = read_relation(tokens, i, focus, previous)
            locative, last = reading or (None, i + 1)
            if locative is not None and locative.claim:
                previous = _told(locative, tokens, i, last)
        if locative is not None:
            found.append(replace(locative, text=text[locative.start : locative.end]))
        i = last
    return found


def unseen_names(locatives: Sequence[Locative], toponyms: Sequence[Toponym]) -> list[Toponym]:
    """
    Return the ends of distances that no recogniser saw: their place in the phrase gave them away.

    Parameters
    ----------
    locatives, toponyms
        Of one text.

    Returns
    -------
    names
        In the order of the text, each once; empty where every end was among `toponyms`.
    """
    ends = (end for locative in locatives for end in (locative.subject, *locative.landmarks))
    known = set(toponyms)
    return sorted({end for end in ends if end is not None and end not in known}, key=lambda end: end.start)


def _quantity(tokens: Sequence[Token], i: int) -> Quantity | None:
    """Return the length or time of travel at `i`, None for none and for one that exceeds the earth."""
    if tokens[i].toponym is not None:
        return None
    quantity = read_quantity(tokens, i)
    if quantity is None or quantity.value * quantity.metres > _MAX_M:
        return None
    return quantity


def _told(locative: Locative, tokens: Sequence[Token], first: int, last: int) -> Previous:
    """Return what the next claim may leave out because this one, from token `first` to `last`, said it."""
    landmark = locative.landmarks[0] if locative.landmarks else None
    return Previous(first, last, locative.subject, landmark, locative.implicit, tokens[first].sentence)


def _elliptic(tokens: Sequence[Token], i: int, figure: Quantity | None) -> Quantity | None:
    """Return the length of "42 miles from X and 22 from Y": its unit is that of the figure before."""
    if figure is None or not figure.unit or not 0 < i - figure.last <= 2:
        return None
    between = tokens[figure.last : i]
    if tokens[figure.last - 1].sentence != tokens[i].sentence or any(t.word not in _LISTING for t in between):
        return None
    number = read_number(tokens, i)
    if number is None:
        return None
    value, j = number
    compass = read_compass(tokens, j)
    if word_at(tokens, compass[2] if compass else j) not in ("from", "of") or value * figure.metres > _MAX_M:
        return None
    return Quantity(i, j, value, figure.unit, figure.metres)


def _pair(
    tokens: Sequence[Token], quantity: Quantity, locative: Locative
) -> tuple[Locative, Locative] | None:
    """Return the claims of "A and B, 40 and 50 km from C", None where no two names wait for figures."""
    at = next((k for k in range(quantity.first - 1, max(1, quantity.first - 6), -1) if tokens[k].toponym), 0)
    first, second = (tokens[k].toponym if k >= 0 else None for k in (at - 2, at))
    if at < 2 or first is None or second is not locative.subject or tokens[at - 1].word != "and":
        return None
    upper = quantity.maximum or 0.0
    low = replace(locative, subject=first, distance_max_m=None)
    return low, replace(
        locative, value=upper, distance_m=upper * quantity.metres, distance_max_m=None, others=()
    )


def _joined(direction: Locative, offset: Locative) -> Locative | None:
    """Return "north of X, 20 km away" as one claim, None where the two don't make one."""
    if offset.bearing or not offset.implicit:
        return None
    subject = direction.subject or (offset.subject if offset.subject not in direction.landmarks else None)
    return replace(
        offset,
        start=direction.start,
        landmarks=direction.landmarks,
        subject=subject,
        bearing=direction.bearing,
        bearing_deg=direction.bearing_deg,
        implicit=direction.implicit,
        others=(),
    )


def _after(tokens: Sequence[Token], i: int, end: int) -> int:
    """Return the index of the first token from `i` that begins at or after the character `end`."""
    while i < len(tokens) and tokens[i].start < end:
        i += 1
    return i
