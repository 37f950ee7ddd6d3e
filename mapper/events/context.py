"""Who did what a clause tells without a doer: the speaker, who holds the place, who advances.

"The town was cleared at dawn", "it had been lost a week before", "shells fell on the market": the doer
follows from the other side where one is named, from who says so, from who had the place before or took
it back after, from the arms (rebels have no warplanes), and else from the run of the paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mapper.events.draft import FIRE, GAINS, KEEPS, LOSSES, TAKES, Draft
from mapper.events.sides import Sides

_SOMEBODYS = TAKES | KEEPS | {"redeploy", "demolition"}
_HEAVY = re.compile(
    r"\b(?:tanks?|armou?red|warplanes?|jets?|helicopters?|aircraft|bombers?|warships?|gunboats?|drones?)\b",
    re.IGNORECASE,
)
# Who speaks so of a plan speaks of the other side's.
_FEARS = re.compile(
    r"\b(?:warn|fear|expect|brac|predict|threatened by|prepar\w+ to (?:defend|meet))", re.IGNORECASE
)
# Events told this near to each other are told of one movement.
PARAGRAPH_CHARACTERS = 450


def infer_sides(drafts: Sequence[Draft], sides: Sides, places: Sequence[str], text: str) -> None:
    """
    Fill in the sides of drafts whose clause does not name them.

    Parameters
    ----------
    drafts
        In the order of the text; they are changed.
    sides
        The sides of the report.
    places
        Names of places: "Zintan beat off an attack" names the town's people, of no side that is told.
    text
        The report's.
    """
    lowered = {place.lower() for place in places}
    known = [d for d in drafts if d.side or d.opposing]
    for draft in drafts:
        if not draft.side and draft.opposing:
            draft.side = _rival(draft, drafts, sides)
    context = _Context(known, sides, text)
    for draft in drafts:
        action = draft.action
        town = action.actor.lower().removeprefix("the ") in lowered
        if not draft.side and action.kind in _SOMEBODYS and not (action.kind == "repulse" and town):
            draft.side, draft.guessed = context.doer(draft)
        if draft.side and not draft.opposing:
            draft.opposing = sides.enemy.get(draft.side, "") or sides.against.get(draft.side, "")


def _rival(draft: Draft, drafts: Sequence[Draft], sides: Sides) -> str:
    """Return who fights the side that is named; from the air that is the ally who does so elsewhere."""
    if draft.action.kind in ("airstrike", "naval_fire", "missile") and draft.opposing == sides.state:
        allies = sorted(side for side, against in sides.against.items() if against == draft.opposing)
        if len(allies) == 1:
            return allies[0]
    return sides.enemy.get(draft.opposing, "")


class _Context:
    """What the determined events of a report say of the others."""

    def __init__(self, known: Sequence[Draft], sides: Sides, text: str) -> None:
        self._known = [d for d in known if d.certainty in ("reported", "claimed")]
        self._sides = sides
        self._text = text
        self._default = sides.lead or next(iter(sides.enemy), "")
        self._advancing = self._most_advancing(self._known)

    def doer(self, draft: Draft) -> tuple[str, bool]:
        """Return who must have done what a clause tells without a doer, and whether that is a guess."""
        action, enemy = draft.action, self._sides.enemy
        source = self._sides.of.get(action.source, "")
        if source in enemy and draft.certainty in ("claimed", "denied", "planned"):
            return (source if self._is_own(draft) else enemy[source]), False
        holder = self._holder(draft)
        if holder in enemy:
            return (enemy[holder] if action.kind in TAKES else holder), False
        if self._sides.state and self._is_heavy(draft):
            return self._sides.state, False  # rebels have none
        gaining = self._nearby(draft) or self._advancing or self._default
        if not gaining:
            return "", False
        return (gaining if action.kind in TAKES else enemy.get(gaining, "")), True

    def _is_own(self, draft: Draft) -> bool:
        """Return whether what a side says was done (was not done, will be done) is said of itself."""
        kind = draft.action.kind
        if draft.certainty == "planned":
            sentence = self._text[draft.action.sentence_start : draft.action.sentence_end]
            return (_FEARS.search(sentence) is None) == (kind in TAKES)
        if kind in FIRE:
            return False  # who is shelled complains
        return (kind in TAKES or kind == "repulse") == (draft.certainty != "denied")

    def _is_heavy(self, draft: Draft) -> bool:
        """Return whether the arms are such as only a state has."""
        flown = draft.action.kind in ("airstrike", "naval_fire") and draft.action.actor
        return bool(flown) or _HEAVY.search(draft.action.actor) is not None

    def _holder(self, draft: Draft) -> str:
        """Return who had the place before an event: as a statement says, or as who took it back later."""
        if draft.location is None:
            return ""
        here = [d for d in self._known if d.location is not None and d.location.name == draft.location.name]
        for other in here:
            if other.action.kind == "holds" and other.winner:
                return other.winner
        moment = draft.time.since
        if draft.action.kind not in GAINS or moment is None:
            return ""
        # "It fell in May; the army had it back in June": the army's enemy took it
        later = [
            (d.time.since, d.action.start, d.winner)
            for d in here
            if d.winner and d.time.since is not None and d.time.since > moment
        ]
        return min(later)[2] if later else ""

    def _nearby(self, draft: Draft) -> str:
        """Return the side that gains ground where the report tells of the event: before it, else after."""
        start = draft.action.sentence_start
        near = [d for d in self._known if abs(d.action.sentence_start - start) <= PARAGRAPH_CHARACTERS]
        near = [d for d in near if self._gainer(d)]
        if not near:
            return ""
        nearest = min(
            near,
            key=lambda d: (
                d.action.sentence_start > start,
                abs(d.action.sentence_start - start),
                d.action.start,
            ),
        )
        return self._gainer(nearest)

    def _gainer(self, draft: Draft) -> str:
        kind = draft.action.kind
        side = draft.side if kind in (*GAINS, "advance") else draft.opposing if kind in LOSSES else ""
        return side if side in self._sides.enemy else ""

    def _most_advancing(self, drafts: Sequence[Draft]) -> str:
        """Return the side that does most of the taking and attacking in the report, "" when none is told."""
        counts: dict[str, float] = {}
        for draft in drafts:
            kind = draft.action.kind
            if kind in (*GAINS, "assault", "advance", "siege", "shelling") and draft.side:
                counts[draft.side] = counts.get(draft.side, 0.0) + (2.0 if kind in GAINS else 1.0)
            elif kind in KEEPS and draft.opposing:
                counts[draft.opposing] = counts.get(draft.opposing, 0.0) + 1.0
        counts = {side: count for side, count in counts.items() if side in self._sides.enemy}
        return max(sorted(counts), key=lambda s: counts[s]) if counts else ""
