"""Which of the places spoken of an action is at whose clause names none.

The places of the report are weighed against each other by what is told of each: a linear ranker, whose
weights `data/train_placing.py` learns from reports with the place of every event marked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mapper.model import Action, Toponym
from mapper.text.certainty import SAYING
from mapper.text.focus import SETTLEMENTS, Focus, capitals, is_thing, key
from mapper.text.tokens import Token
from mapper.words import read_table, word_set

_MEMORY, _AHEAD = 60, 20  # names that are weighed before and after an action
_MARKS = frozenset(",.:;()-")
_BEFORE, _AFTER = word_set("placing.before") | _MARKS, word_set("placing.after") | _MARKS
_TOWARD = word_set("placing.toward")
PRONOUNS = frozenset({"it", "there", "here", "this", "that", "both"})
_FAMILIES = {
    kind: family
    for family in ("territory", "ground", "remote", "movement", "siege")
    for kind in word_set(f"placing.{family}")
}
# What a place after these is not: where one withdraws from, where one goes to.
_ENDS, _BEGINNINGS = frozenset({"to", "into", "on", "towards", "toward", "for"}), frozenset({"from"})
Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Telling:
    """An action without a place, and what was told around it."""

    action: Action
    focus: Focus
    index: int  # of its trigger
    end: int  # of its sentence
    before: Sequence[Action]
    beside: Sequence[Action]
    rule: Toponym | None  # what its words alone make likeliest

    @property
    def token(self) -> Token:
        """Return the token of the trigger."""
        return self.focus.tokens[min(self.index, len(self.focus.tokens) - 1)]


def likeliest(telling: Telling) -> Toponym | None:
    """Return the place whose features weigh most, None where the report names none so far."""
    weights, kind = _weights(), word_kind(telling.action.place_word)
    best: tuple[float, Toponym] | None = None
    for toponym, features in candidates(telling):
        score = sum(weights.get(name, 0.0) * value for name, value in expand(features, kind))
        if best is None or score > best[0]:
            best = score, toponym
    return best[1] if best is not None else None


def word_kind(word: str) -> str:
    """
    Return the class of the word that stands for a place.

    Examples
    --------
    >>> [word_kind(word) for word in ("-", "it", "that town", "airport")]
    ['gap', 'pronoun', 'town', 'thing']
    """
    noun = word.rpartition(" ")[2]
    if noun in ("", "-"):
        return "gap"
    if noun in PRONOUNS:
        return "pronoun"
    return "town" if noun in SETTLEMENTS else "thing"


def expand(features: Features, kind: str) -> Iterator[tuple[str, float]]:
    """Yield each feature for all words that stand for a place, and again for its class of words."""
    for name, value in features.items():
        yield name, value
        if kind != "gap" and "." not in name:
            yield f"{kind}|{name}", value


def candidates(telling: Telling) -> Iterator[tuple[Toponym, Features]]:
    """Yield the places that may be meant with their features, one mention for each."""
    focus, action, index = telling.focus, telling.action, telling.index
    tokens = focus.tokens
    first, last = bisect_left(focus.names, index), bisect_left(focus.names, telling.end)
    mentions: dict[str, list[int]] = {}
    for i in focus.names[max(0, first - _MEMORY) : min(last, first + _AHEAD)]:
        toponym = tokens[i].toponym
        if toponym is not None and not (i > index and _is_barred(telling, i)):
            mentions.setdefault(key(toponym), []).append(i)
    shared = _Shared.of(telling, most=max(map(len, mentions.values()), default=0))
    for name, indexes in mentions.items():
        inside = [i for i in indexes if tokens[i].start >= action.sentence_start]
        i = min(inside, key=lambda k: abs(k - index)) if inside else indexes[-1]
        toponym = tokens[i].toponym
        if toponym is not None:
            features = dict.fromkeys(_of_mention(telling, i, inside=bool(inside)), 1.0)
            features |= dict.fromkeys(shared.of_place(name, len(indexes)), 1.0)
            yield toponym, features | {"count": min(len(indexes), 5) / 5}


def _is_barred(telling: Telling, i: int) -> bool:
    """Return whether a name after the trigger is another place: "stormed it and saw X", "rode in from X"."""
    tokens, action = telling.focus.tokens, telling.action
    passed_over = _ENDS if action.kind in ("withdraw", "displacement") else _BEGINNINGS
    while i > telling.index and (tokens[i].toponym is not None or tokens[i].word in ("and", ",")):
        i -= 1
    own = action.clause_start <= tokens[i].start < action.clause_end
    return tokens[i].word in passed_over or (own and word_kind(action.place_word) == "pronoun")


@dataclass(frozen=True, slots=True)
class _Shared:
    """What tells the places of one action apart, found once for all of them."""

    telling: Telling
    ranked: Sequence[str]
    recent: Sequence[str]
    faint: frozenset[str]
    most: int
    fought: Counter[str]  # how many of the last actions each place had
    last: str
    alike: str  # where the last action of the same family was
    same: frozenset[str]  # where the sentence tells of the same, and of other actions
    other: frozenset[str]

    @classmethod
    def of(cls, telling: Telling, most: int) -> _Shared:
        """Gather what the last actions and the focus tell."""
        family = _FAMILIES.get(telling.action.kind)
        told = [(a.kind, key(a.where)) for a in telling.before if isinstance(a.where, Toponym)]
        near = [(a.kind, key(a.where)) for a in telling.beside if isinstance(a.where, Toponym)]
        kind = telling.action.kind
        return cls(
            telling, *telling.focus.standing(telling.index), most, Counter(place for _, place in told),
            told[-1][1] if told else "",
            next((place for k, place in reversed(told) if family and _FAMILIES.get(k) == family), ""),
            frozenset(place for k, place in near if k == kind),
            frozenset(place for k, place in near if k != kind),
        )  # fmt: skip

    def of_place(self, name: str, count: int) -> Iterator[str]:
        """Yield what is true of a place in the report."""
        focus = self.telling.focus
        heading = focus.headings.get(self.telling.token.paragraph)
        for order, label in ((self.ranked, "focus"), (self.recent, "recent")):
            if name in order[:3]:
                yield f"{label}{order.index(name)}"
        if focus.dateline is not None and key(focus.dateline) == name:
            yield "dateline" if count == 1 else "dateline_told"
        told, busiest = max(focus.told.values(), default=0), max(self.fought.values(), default=0)
        true = {
            "rule": self.telling.rule is not None and key(self.telling.rule) == name,
            "lead": focus.lead is not None and key(focus.lead) == name,
            "heading": heading is not None and key(heading) == name,
            "seat": name in capitals(),
            "most": 1 < count == self.most,
            "topic": 1 < told == focus.told[name],
            "busiest": 1 < busiest == self.fought[name],
            "fought": name in self.fought,
            "last": name == self.last,
            "alike": name == self.alike,
            "same": name in self.same,
            "other": name in self.other,
            "faint": name in self.faint,
        }
        yield from (label for label, holds in true.items() if holds)


def _of_mention(telling: Telling, i: int, *, inside: bool) -> Iterator[str]:
    """Yield what is true of one mention of a place: how far off it stands, and between which words."""
    focus, action, here = telling.focus, telling.action, telling.token
    tokens, token = focus.tokens, focus.tokens[i]
    if inside:
        own = action.clause_start <= token.start < action.clause_end
        yield ("clause" if own else "sentence") + ("_after" if i > telling.index else "_before")
    else:
        back = here.sentence - token.sentence
        yield f"back{1 if back <= 1 else 2 if back == 2 else 4 if back <= 5 else 9}"
    starts = i == 0 or tokens[i - 1].sentence != token.sentence
    left = "start" if starts else tokens[i - 1].word if tokens[i - 1].word in _BEFORE else "other"
    right = tokens[i + 1].word if i + 1 < len(tokens) else ""
    right = right if right in _AFTER else "say" if right in SAYING else "other"
    yield f"{'in' if inside else 'out'}.left.{left}"
    yield f"{'in' if inside else 'out'}.right.{right}"
    if inside and left in _TOWARD:
        yield "away" if action.kind in ("withdraw", "displacement", "surrender", "handover") else "toward"
    toponym = token.toponym
    true = {
        "paragraph": token.paragraph == here.paragraph,
        "associative": toponym is not None and toponym.role == "associative",
        "thing": toponym is not None and is_thing(toponym),
        "landmark": toponym in focus.landmarks,
        "aside": focus.is_aside(i),
        "article": focus.is_articled(i),
        "quoted": focus.quoted[i] != focus.quoted[min(telling.index, len(tokens) - 1)],
    }
    yield from (label for label, holds in true.items() if holds)


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    return {name: float(weight) for name, weight in read_table("placing.tsv")}
