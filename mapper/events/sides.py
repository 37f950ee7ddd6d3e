"""Which mentions of forces are one side: "Gaddafi's troops", "government forces" and "loyalists".

Evidence, over one report or all of a build: words that mentions share (a name, a people), who fights
whom, "loyal to" and "anti-", and what is usual (an army is the government's, rebels fight it). The
two main sides are found first; allies who only bomb keep a side of their own; who is connected with
nobody keeps its own name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mapper.model import Action, Extraction
from mapper.words import read_table, singular

_STATE = frozenset(
    "government army military soldier troop regime ministry president police governmental loyalist garrison authority "
    "state junta navy security federal serviceman minister staff command gendarmerie marine presidential".split()
)
_REVOLT = frozenset(
    "rebel insurgent militant opposition separatist secessionist guerrilla jihadist jihadi revolutionary islamist terrorist "
    "extremist gunman gunmen bandit mutineer paramilitary partisan uprising revolt dissident insurgency fighter volunteer".split()
)
_ALLIES = frozenset("nato coalition allied alliance western allies un peacekeeper american".split())
_OURS = frozenset("our we us ours".split())
_ENEMY = frozenset("enemy foe adversary occupier invader aggressor".split())
_EMPTY = frozenset(
    "force group unit column side man men people city town north south east west northern southern eastern western "
    "armed ground air special first second third brigade division battalion regiment corps company militia general "
    "colonel spokesman commander fighting new old last many several some local defence defense war television radio tv "
    "media channel front front-line artillery gun tank jet warplane plane aircraft drone helicopter infantry convoy patrol "
    "a an the his their its this that these those of in on at from by to and or for with near hundred dozen thousand two three "
    "four five six seven eight nine ten few attacker defender foreign mr source official statement claim leader chief".split()
)
_STANCE = re.compile(
    r"\b(?:(loyal to|faithful to|allied with|allied to|aligned with|backed by|led by|supporting|commanded by)|(opposed to|hostile to|opposing))\s+(.+)$",
    re.IGNORECASE,
)
_BACKED = re.compile(r"\b([\w.']+)-(?:backed|led|allied|aligned|held|controlled|supported)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sides:
    """Mentions with their sides: `of` maps a mention in the report's words, `enemy` a side to its enemy."""

    of: Mapping[str, str] = field(default_factory=dict)
    enemy: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _nations() -> dict[str, str]:
    """Return the country of every adjective, people, capital and house of government, in lower case."""
    nations: dict[str, str] = {}
    for row in read_table("nations.tsv"):
        for word in [row[0], *row[1].split(","), *row[2].split(",")] if len(row) > 2 else [row[0], *row[1].split(",")]:
            if word:
                nations.setdefault(singular(word), row[0])
    return nations


@lru_cache(maxsize=1)
def _adjectives() -> dict[str, str]:
    return {row[0]: row[1].split(",")[0] for row in read_table("nations.tsv")}


@lru_cache(maxsize=4096)
def side_keys(mention: str) -> tuple[tuple[str, float], ...]:
    """
    Return what a mention says of its side: keys with +1, keys of the opponent with -1.

    Examples
    --------
    >>> side_keys("Russian forces"), side_keys("the rebels")
    ((('nation:Russia', 1.0),), (('revolt:rebel', 1.0),))
    >>> side_keys("anti-Gaddafi fighters")
    (('revolt:fighter', 1.0), ('name:gaddafi', -1.0))
    >>> side_keys("")
    ()
    """
    text = re.sub("[\u2018\u2019]", "'", mention)
    keys: dict[str, float] = {}
    match = _STANCE.search(text)
    if match:
        sign = 1.0 if match.group(1) else -1.0
        for key, value in side_keys(match.group(3)):
            keys.setdefault(key, sign * value)
        text = text[: match.start()]
        if sign < 0:
            text = ""
    words: list[str] = []
    for word in re.findall(r"[\w.']+(?:-[\w.']+)*", text):
        low = word.lower()
        for prefix, sign in (("anti-", -1.0), ("pro-", 1.0)):
            if low.startswith(prefix):
                for key, _ in side_keys(word[len(prefix) :].title() if word[len(prefix) :].islower() and singular(low[len(prefix):]) not in _STATE | _REVOLT else word[len(prefix) :]):
                    keys[key] = sign
                break
        else:
            backed = _BACKED.fullmatch(word)
            words.append(backed.group(1) if backed else word)
    _read_words(words, keys)
    return tuple(sorted(keys.items(), key=lambda kv: (-kv[1], kv[0])))


def _read_words(words: list[str], keys: dict[str, float]) -> None:
    """Add the keys of plain words: peoples, names, and words that say state, revolt, ours or the enemy's."""
    nations, generic, names = _nations(), {}, []
    text = " ".join(words).lower()
    for nation, country in nations.items():
        if " " in nation and nation in text:
            keys.setdefault(f"nation:{country}", 1.0)
            text = text.replace(nation, " ")
    for word in words:
        base = singular(word)
        if base not in text:
            continue
        if base in nations:
            keys.setdefault(f"nation:{nations[base]}", 1.0)
        elif base in _OURS:
            generic["ours"] = 1.0
        elif base in _ENEMY:
            generic["enemy"] = 1.0
        elif base in _ALLIES:
            generic[f"ally:{base}"] = 1.0
        elif base in _REVOLT and word[:1].islower() or base in ("rebel", "opposition"):
            generic[f"revolt:{base}"] = 1.0
        elif base in _STATE:
            generic[f"state:{base}"] = 1.0
        elif word[:1].isupper() and base not in _EMPTY and len(base) > 1:
            names.append(base)
    if any(k.startswith("revolt:") for k in generic):
        for key in [k for k in keys if k.startswith("nation:") and keys[k] > 0]:
            del keys[key]  # "Libyan rebels": both sides are Libyan
    for name in names:
        keys.setdefault(f"name:{name}", 1.0)
    keys.update({k: v for k, v in generic.items() if k not in keys})


def find_sides(
    actions: Iterable[Action], *, text: str = "", given: Mapping[str, Sequence[str]] | None = None
) -> Sides:
    """
    Return the sides that the actors of some actions belong to.

    Parameters
    ----------
    actions
        Actions of one or many reports.
    text
        The reports' text, where further evidence is looked for.
    given
        Names of sides with their aliases, from the user; they outrank what is found.

    Examples
    --------
    >>> def act(actor, opponent):
    ...     return Action(0, 1, 0, 1, "assault", actor, opponent, "reported")
    >>> sides = find_sides([act("rebels", "Gaddafi's troops"), act("the army", "the rebels")])
    >>> sides.of["rebels"] == sides.of["the rebels"], sides.of["the army"] == sides.of["Gaddafi's troops"]
    (True, True)
    >>> sides.enemy[sides.of["rebels"]] == sides.of["the army"]
    True
    >>> find_sides([]).of
    {}
    """
    actions = list(actions)
    weights: Counter[str] = Counter()
    bonds: Counter[tuple[str, str]] = Counter()
    mentions: Counter[str] = Counter()
    remote: Counter[str] = Counter()
    for action in actions:
        weight = 1.0 if action.kind in ("holds", "statement", "recognition") else 2.0
        for mention in (action.actor, action.opponent):
            if mention:
                mentions[mention] += 1
                for key, sign in side_keys(mention):
                    if sign > 0:
                        weights[key] += weight
                        remote[key] += weight * (action.kind in ("airstrike", "missile", "naval_fire"))
        _oppose(bonds, action.actor, action.opponent, 2.0)
        if action.source:
            mentions[action.source] += 1
            for key, sign in side_keys(action.source):
                weights[key] += 0.5 * (sign > 0)
    for mention, count in mentions.items():
        keys = side_keys(mention)
        for index, (key, sign) in enumerate(keys):
            for other, other_sign in keys[index + 1 :]:
                _bind(bonds, key, other, sign * other_sign * (1.5 if count == 1 else 2.0))
    _usual(bonds, weights)
    labels = _label(weights, bonds, remote)
    return _named(labels, weights, mentions, given or {})


def _bind(bonds: Counter[tuple[str, str]], one: str, other: str, weight: float) -> None:
    if one != other:
        bonds[(one, other) if one < other else (other, one)] += weight  # type: ignore[assignment]


def _oppose(bonds: Counter[tuple[str, str]], actor: str, opponent: str, weight: float) -> None:
    for one, sign in side_keys(actor):
        for other, other_sign in side_keys(opponent):
            _bind(bonds, one, other, -weight * sign * other_sign)


def _usual(bonds: Counter[tuple[str, str]], weights: Counter[str]) -> None:
    """Add what is usual where the report says nothing: armies and ministries are one side, rebels the other."""
    kinds: dict[str, list[str]] = {"state": [], "revolt": [], "ours": [], "enemy": []}
    for key in sorted(weights):
        kinds.get(key.split(":")[0], []).append(key)
    for kind in ("state", "revolt"):
        for index, key in enumerate(kinds[kind]):
            for other in kinds[kind][index + 1 :]:
                _bind(bonds, key, other, 0.6)
    for one in kinds["state"]:
        for other in kinds["revolt"]:
            _bind(bonds, one, other, -0.5)
    for one in kinds["ours"]:
        for other in kinds["enemy"]:
            _bind(bonds, one, other, -3.0)


def _label(weights: Counter[str], bonds: Counter[tuple[str, str]], remote: Counter[str]) -> dict[str, int]:
    """Give every key +1, -1 (the two main sides) or a number of its own above 1."""
    keys = sorted(weights, key=lambda k: (-weights[k], k))
    fixed = {k for k in keys if k.startswith("ally:") or (remote[k] and remote[k] >= 0.8 * weights[k] and k.startswith("nation:") and len(keys) > 2)}
    keys = [k for k in keys if k not in fixed]
    labels: dict[str, int] = {}
    around: dict[str, list[tuple[str, float]]] = {}
    for (one, other), weight in sorted(bonds.items()):
        around.setdefault(one, []).append((other, weight))
        around.setdefault(other, []).append((one, weight))
    if keys:
        labels[keys[0]] = 1
    while True:
        best, score = "", 0.0
        for key in keys:
            if key in labels:
                continue
            pull = sum(w * labels[o] for o, w in around.get(key, ()) if labels.get(o) in (1, -1))
            if abs(pull) > abs(score) + 1e-9:
                best, score = key, pull
        if best:
            labels[best] = 1 if score > 0 else -1
            continue
        rest = [k for k in keys if k not in labels]
        if not rest:
            break
        if -1 not in labels.values() and weights[rest[0]] >= 2:
            labels[rest[0]] = -1  # a report tells of two who fight, if it tells of two
        else:
            labels[rest[0]] = max(labels.values(), default=1) + 1 if labels else 1
            labels[rest[0]] = max(2, labels[rest[0]])
    number = max([1, *labels.values()])
    for key in sorted(fixed):
        number += 1
        labels[key] = number
    return labels


def _named(
    labels: Mapping[str, int], weights: Mapping[str, float], mentions: Mapping[str, int], given: Mapping[str, Sequence[str]]
) -> Sides:
    """Turn labels of keys into names: of every mention by its keys, of every side by its best mention."""
    side_of: dict[str, int] = {}
    for mention in sorted(mentions):
        votes: Counter[int] = Counter()
        for key, sign in side_keys(mention):
            label = labels.get(key, 0)
            strength = {"name": 3.0, "nation": 2.0, "ally": 4.0, "ours": 3.0, "enemy": 3.0}.get(key.split(":")[0], 1.0)
            if label and (sign > 0 or label in (1, -1)):
                votes[label if sign > 0 else -label] += strength  # type: ignore[assignment]
        if votes:
            side_of[mention] = max(sorted(votes), key=lambda s: votes[s])
    names: dict[int, str] = {}
    for label in sorted(set(side_of.values())):
        names[label] = _display(label, side_of, labels, weights, mentions)
    of = {mention: names[label] for mention, label in side_of.items()}
    for name, aliases in given.items():
        for mention in mentions:
            words = f" {mention.lower()} "
            if any(f" {alias.lower()} " in words for alias in (name, *aliases)):
                of[mention] = name
    enemy = {}
    if 1 in names and -1 in names:
        enemy = {names[1]: names[-1], names[-1]: names[1]}
    return Sides(of, enemy)


def _display(
    label: int, side_of: Mapping[str, int], labels: Mapping[str, int], weights: Mapping[str, float], mentions: Mapping[str, int]
) -> str:
    """Return the name of a side: the people if it has one, else its most frequent plain mention."""
    keys = sorted((k for k, v in labels.items() if v == label), key=lambda k: (-weights.get(k, 0), k))
    nation = next((k for k in keys if k.startswith("nation:")), "")
    if nation and nation == next((k for k in keys if k.startswith(("nation:", "name:", "revolt:", "ally:"))), ""):
        return f"{_adjectives()[nation.split(':')[1]]} forces"
    own = [m for m, v in side_of.items() if v == label]
    best = max(own, key=lambda m: (mentions[m], -len(m), m))
    return re.sub(r"^(?:the|a|an|his|their|its|some|most|all|several)\s+", "", best, flags=re.IGNORECASE)


def group_sides(
    extractions: Sequence[Extraction], *, given: Mapping[str, Sequence[str]] | None = None
) -> Mapping[tuple[str, str], str]:
    """
    Return the side of every mention in many reports, from what all of them say together.

    Parameters
    ----------
    extractions
        Readings of reports with their events.
    given
        Names of sides with their aliases, from the user.

    Returns
    -------
    sides
        From (report id, mention of `action.actor`, `action.opponent` or `action.source`) to the name of the side.
        The sides that one report found for itself are mentions too: (report id, `event.side`) is there as well.

    Examples
    --------
    >>> group_sides([])
    {}
    """
    actions = [event.action for reading in extractions for event in reading.events]
    sides = find_sides(actions, given=given)
    found: dict[tuple[str, str], str] = {}
    for reading in extractions:
        votes: dict[str, Counter[str]] = {}
        for event in reading.events:
            for mention, local in ((event.action.actor, event.side), (event.action.opponent, event.opposing_side)):
                name = sides.of.get(mention, "")
                if mention and name:
                    found[reading.report.id, mention] = name
                if local and name:
                    votes.setdefault(local, Counter())[name] += 1
            if event.action.source and event.action.source in sides.of:
                found[reading.report.id, event.action.source] = sides.of[event.action.source]
        for local, counts in votes.items():
            found.setdefault((reading.report.id, local), max(sorted(counts), key=lambda n: counts[n]))
    return found
