"""An event in the making: an action with its place, its time and what is known of its sides."""

from __future__ import annotations

from dataclasses import dataclass

from mapper.events.dating import NOON, When
from mapper.model import Action, Certainty, Location

GAINS = ("capture", "handover")
LOSSES = ("withdraw", "surrender")
FIRE = frozenset({"shelling", "airstrike", "missile", "naval_fire", "ied"})
# Words for one thing where one sentence says them of one place: "jets struck and a blast levelled it".
ONE_IN_A_SENTENCE = (FIRE | {"demolition"}, frozenset({"assault", "clash"}))
TAKES = frozenset({*GAINS, *FIRE, "assault", "advance", "siege", "clash"})
KEEPS = frozenset({*LOSSES, "repulse", "siege_lifted"})


@dataclass(slots=True)
class Draft:
    """An event in the making; `guessed` where nothing but the run of the report says who did it."""

    action: Action
    location: Location | None
    time: When
    side: str = ""
    opposing: str = ""
    certainty: Certainty = "reported"
    guessed: bool = False
    hour: int = NOON

    @property
    def winner(self) -> str:
        """The side that has the place if the event is true, "" where that is not told."""
        if self.certainty in ("denied", "planned"):
            return ""
        if self.action.kind in (*GAINS, "repulse", "holds"):
            return self.side
        return self.opposing if self.action.kind in LOSSES else ""
