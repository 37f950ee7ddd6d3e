"""Who did what a clause tells without a doer: the speaker, whose land it is, who has the arms, who advances.

"The town was cleared at dawn", "shells fell on the market": the doer follows from the other side where
one is named, from who says so, from whose country it is (nobody bombs his own), from the arms (rebels
have no warplanes), and else from which way the war goes in the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mapper.events.draft import FIRE, GAINS, KEEPS, TAKES, Draft
from mapper.events.sides import Sides
from mapper.words import singular, word_set

_AIR = frozenset({"airstrike", "naval_fire"})
_SOMEBODYS = TAKES | KEEPS | {"redeploy", "demolition"}
_HEAVY = re.compile(
    r"\b(?:tanks?|armou?red|warplanes?|jets?|helicopters?|aircraft|bombers?|warships?|gunboats?|drones?)\b",
    re.IGNORECASE,
)
# Who speaks so of a plan speaks of the other side's.
_FEARS = re.compile(
    r"\b(?:warn|fear|expect|brac|predict|threatened by|prepar\w+ to (?:defend|meet))", re.IGNORECASE
)


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
        Names of places: "Z threw the raiders back" names the town's people, of no side that is told.
    text
        The report's.
    """
    lowered = {place.lower() for place in places}
    known = [d for d in drafts if d.side or d.opposing]
    for draft in drafts:
        if not draft.side and draft.opposing:
            draft.side = _rival(draft, sides)
    context = _Context(known, sides, text)
    open_cases = []
    for draft in drafts:
        action = draft.action
        town = action.actor.lower().removeprefix("the ") in lowered
        if draft.side or action.kind not in _SOMEBODYS or (action.kind == "repulse" and town):
            continue
        draft.side = context.certain(draft)
        if draft.side:
            context.learn(draft)
        else:
            open_cases.append(draft)
    for draft in open_cases:
        draft.side, draft.guessed = context.guess(draft)
        if draft.side and not draft.guessed:
            context.learn(draft)
    for draft in drafts:
        if draft.side and not draft.opposing:
            draft.opposing = sides.enemy.get(draft.side, "") or sides.against.get(draft.side, "")


def _place(draft: Draft) -> str:
    return draft.location.name if draft.location else ""


def _rival(draft: Draft, sides: Sides) -> str:
    """Return who fights the side that is named; from the air that is the ally who does so elsewhere."""
    if draft.action.kind in ("airstrike", "naval_fire", "missile") and draft.opposing == sides.state:
        allies = sorted(side for side, against in sides.against.items() if against == draft.opposing)
        if len(allies) == 1:
            return allies[0]
    return sides.enemy.get(draft.opposing, "")


class _Context:
    """What the determined events of a report, and the words around them, say of the others."""

    def __init__(self, known: Sequence[Draft], sides: Sides, text: str) -> None:
        self._sides = sides
        self._text = text
        self._settled = list(known)
        self._advancing = self._most_advancing(known, momentum(text, sides))

    def learn(self, draft: Draft) -> None:
        """Take in an event whose doer has been found."""
        self._settled.append(draft)

    def certain(self, draft: Draft) -> str:
        """Return who must have done what a clause tells without a doer, "" where nothing settles that."""
        action, enemy = draft.action, self._sides.enemy
        source = self._sides.of.get(action.source, "")
        if source in enemy and draft.certainty in ("claimed", "denied", "planned"):
            return source if self._is_own(draft) else enemy[source]
        if action.kind in FIRE and (land := self._land(draft)) in enemy:
            return enemy[land]  # nobody bombs his own country
        flyers = {d.side for d in self._settled if d.action.kind == action.kind in _AIR and d.side}
        if len(flyers) == 1:
            return flyers.pop()  # who has bombed elsewhere
        if self._sides.state and self._is_heavy(draft):
            return self._sides.state  # rebels have none
        if action.kind == "ied":
            return enemy.get(self._sides.state, "")  # nor does a state mine its own roads
        return ""

    def guess(self, draft: Draft) -> tuple[str, bool]:
        """Return who may have done it from the run of the report, and whether that is a guess."""
        enemy = self._sides.enemy
        for other in self._settled:
            same = other.action.kind == draft.action.kind and _place(other) == _place(draft) != ""
            if same and other.side in enemy and other.certainty != draft.certainty:
                return other.side, False  # what one claims the other denies
        own = self._sides.words.get("our", "")
        boasts = own in enemy and draft.certainty == "claimed" and draft.action.kind in GAINS
        gaining = (
            (own if boasts else "")  # who tells of "our units" tells of his own gains
            or self._advancing
            or enemy.get(self._land(draft), "")
            or self._sides.lead
            or next(iter(enemy), "")
        )
        if not gaining:
            return "", False
        return (gaining if draft.action.kind in TAKES else enemy.get(gaining, "")), True

    def _land(self, draft: Draft) -> str:
        """Return the main side whose own country a place lies in, "" where that is neither's or both's."""
        resolution = draft.location.resolution if draft.location else None
        country = resolution.place.country if resolution and resolution.place else ""
        owners = [side for side, code in self._sides.countries.items() if code == country]
        return owners[0] if len(owners) == 1 and len(self._sides.countries) > 1 else ""

    def _is_own(self, draft: Draft) -> bool:
        """Return whether what a side says was done (was not done, will be done) is said of itself."""
        kind = draft.action.kind
        if draft.certainty == "planned":
            sentence = self._text[draft.action.sentence_start : draft.action.sentence_end]
            return (_FEARS.search(sentence) is None) == (kind in TAKES or kind == "repulse")
        if kind in FIRE:
            return False  # who is shelled complains
        return (kind in TAKES or kind == "repulse") == (draft.certainty != "denied")

    def _is_heavy(self, draft: Draft) -> bool:
        """Return whether the arms are such as only a state has."""
        return draft.action.kind in _AIR or _HEAVY.search(draft.action.actor) is not None

    def _most_advancing(self, known: Sequence[Draft], moves: Sequence[str]) -> str:
        """Return the side that does most of the taking and attacking in the report, "" when none is told."""
        counts: dict[str, float] = {}
        for draft in known:
            if draft.certainty not in ("reported", "claimed"):
                continue
            kind = draft.action.kind
            if kind in (*GAINS, "assault", "advance", "siege", "shelling") and draft.side:
                counts[draft.side] = counts.get(draft.side, 0.0) + (2.0 if kind in GAINS else 1.0)
            elif kind in KEEPS:
                other = draft.opposing or self._sides.enemy.get(draft.side, "")
                counts[other] = counts.get(other, 0.0) + 1.0
        for side in moves:
            counts[side] = counts.get(side, 0.0) + 1.0
        counts = {side: count for side, count in counts.items() if side in self._sides.enemy}
        return max(sorted(counts), key=lambda s: counts[s]) if counts else ""


_TOKEN = re.compile(r"[A-Za-z][\w'’-]{0,40}|[.;:!?\n]")


def momentum(text: str, sides: Sides) -> list[str]:
    """
    Return the main side that gains ground for each word of a text that shows one to gain or lose it.

    "Ukrainian soldiers walked into", "fell to the rebels", "the garrison made off": too little for an
    event, enough to say which way the war goes.
    """
    tokens = [m.group().lower() for m in _TOKEN.finditer(text)]
    words = [singular(word) for word in tokens]
    found = []
    for index, word in enumerate(words):
        side = sides.words.get(word, "")
        if side not in sides.enemy:
            continue
        before, after = tokens[max(0, index - 6) : index], tokens[index + 1 : index + 7]
        step = _SCORES.get(_cue(before, after, sides), 0)
        if step:
            found.append(side if step > 0 else sides.enemy[side])
    return found


def _cue(before: Sequence[str], after: Sequence[str], sides: Sides) -> str:
    """Return what the words around a mention say of it: `gains`, `loses` or ""."""
    for word in _clause(reversed(before)):
        if word in ("by", "to") and any(w in _TAKEN for w in before):
            return "gains"
        if word in _DRIVES:
            return "loses"
    for word in _clause(after):
        if singular(word) in sides.words:
            return ""
        if word in _COMES:
            return "gains"
        if word in _GOES:
            return "loses"
    return ""


def _clause(words: Iterable[str]) -> Iterator[str]:
    """Yield words up to the end of the clause."""
    for word in words:
        if word in ".;:!?\n":
            return
        yield word


_SCORES = {"gains": 1, "loses": -1}
_COMES = word_set("context.comes")
_GOES = word_set("context.goes")
_TAKEN = word_set("context.taken")
_DRIVES = word_set("context.drives")
