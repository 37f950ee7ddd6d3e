"""Which mentions of forces are one side: "Gaddafi's troops", "government forces" and "loyalists".

A mention is read as keys (`side_words.py`), and evidence ties keys together or holds them apart
(`side_evidence.py`), over one report or all of a build. Keys that hang together are merged, strongest
tie first; the two clusters with most against each other are the main sides. Allies who come by air
keep a side of their own; a word without a tie says nothing.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from mapper.events.side_evidence import Evidence
from mapper.events.side_words import STANCE, adjectives, armies, country_codes, members, nations
from mapper.model import Action
from mapper.words import singular, word_set

_WORTH = {
    "name": 3.0,
    "nation": 2.5,
    "ally": 4.0,
    "ours": 3.0,
    "enemy": 3.0,
    "man": 1.0,
    "revolt": 1.5,
    "loose": 1.5,
    "armed": 1.0,
    "zeal": 1.5,
    "state": 1.0,
}
# What a mention must hold for a name in it to say whose force it is.
_FORCE_WORDS = word_set("sides.force_words")
_CAPITALS = re.compile(
    r"(?<![\w'.-])[A-Z][\w.'-]{0,40}(?: (?:(?:of|and|for|the|al) ){0,2}[A-Z][\w.'-]{0,40}){0,7}"
)
_MASS_WORDS = frozenset({"opposition", "resistance", "insurgency", "uprising", "revolt"})
# Words for those who rule that name a side, and those of them that are a body of men.
_RULERS = ("government", "army", "military", "police", "navy", "regime", "junta")
_BODIES = frozenset({"army", "navy", "police", "military"})

# An ally who does so much on the ground is a side of the war.
GROUND_WEIGHT = 3.5


@dataclass(frozen=True, slots=True)
class Sides:
    """
    Mentions with their sides.

    `of` maps a mention in the report's words to its side, `enemy` each main side to the other, `against`
    each ally to the main side that it fights. `state` is the main side that rules rather than rises,
    `lead` the one that issues the report or is named most; "" when the report does not tell. `words` maps
    a word in lower case to the main side that it speaks of, `countries` a main side to its country's code.
    """

    of: Mapping[str, str] = field(default_factory=dict)
    enemy: Mapping[str, str] = field(default_factory=dict)
    against: Mapping[str, str] = field(default_factory=dict)
    state: str = ""
    lead: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)


def find_sides(
    actions: Iterable[Action],
    *,
    text: str = "",
    places: Iterable[str] = (),
    home: str = "",
    given: Mapping[str, Sequence[str]] | None = None,
) -> Sides:
    """
    Return the sides that the actors of some actions belong to.

    Parameters
    ----------
    actions
        Actions of one or many reports.
    text
        The reports' text, where further mentions of forces are looked for.
    places
        Names of places: no names of forces ("the men of Misrata").
    home
        The country where the war is, "" where that is not known.
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
    evidence = Evidence({w for p in places for w in singular(p).split()} - set(nations()), home)
    evidence.read(Counter(actions), text)
    clusters, main = _cluster(evidence)
    return _named(clusters, main, evidence, given or {})


def _against(
    names: Mapping[int, str], cluster: Mapping[str, int], main: tuple[int, int], evidence: Evidence
) -> dict[str, str]:
    """Return for each side beside the main two the one of them that it fights, where it fights one only."""
    fights = _ties(evidence.fights, cluster)
    found = {}
    for number, name in names.items():
        foes = [m for m in main if m >= 0 and fights.get((min(number, m), max(number, m)), 0.0) > 0]
        if number not in main and len(foes) == 1:
            found[name] = names[foes[0]]
    return found


def _words(names: Mapping[int, str], cluster: Mapping[str, int], main: tuple[int, int]) -> dict[str, str]:
    """Return the words that speak of the main sides: names, peoples, those who rule or rise."""
    own = {"ours": ("our", "we"), "enemy": ("enemy",)}
    people = members()
    found: dict[str, str] = {}
    for key, number in sorted(cluster.items()):
        if number in main and number in names:
            kind, _, word = key.partition(":")
            spoken = people.get(word, ()) if kind == "nation" else own.get(kind) or (word.split()[-1],)
            for each in spoken:
                found.setdefault(each, names[number])
    return found


def _countries(
    names: Mapping[int, str],
    cluster: Mapping[str, int],
    main: tuple[int, int],
    evidence: Evidence,
    state: str,
) -> dict[str, str]:
    """Return the code of the country of each main side that has one: its people's, else where it rules."""
    codes = country_codes()
    found: dict[str, str] = {}
    for key in sorted(cluster, key=lambda k: (-evidence.weights[k], k)):
        name, land = names.get(cluster[key], ""), codes.get(key[7:], "")
        if cluster[key] in main and key.startswith("nation:") and name and land:
            found.setdefault(name, land)
    home = codes.get(evidence.home[7:], "")
    if state and home and home not in found.values():
        found.setdefault(state, home)
    return found


def _lead(
    names: Mapping[int, str], cluster: Mapping[str, int], main: tuple[int, int], counts: Counter[str]
) -> str:
    """Return the side that issues a communique, else the one that the text names most, "" where none."""
    if cluster.get("ours") in main:
        return names.get(cluster["ours"], "")
    said = {m: 0 for m in main if m in names}
    for key, number in cluster.items():
        if number in said and not key.startswith("nation:"):
            said[number] += counts[key.partition(":")[2]]
    ranked = sorted(said, key=lambda m: -said[m])
    if not ranked or (len(ranked) > 1 and said[ranked[0]] == said[ranked[1]]):
        return ""
    return names[ranked[0]]


def _cluster(evidence: Evidence) -> tuple[dict[str, int], tuple[int, int]]:
    """Merge keys, strongest tie first, and return cluster numbers and the two main ones (-1 for none)."""
    keys = sorted(evidence.weights, key=lambda k: (-evidence.weights[k], k))
    cluster = {key: number for number, key in enumerate(keys)}
    allies = {
        k for k in keys
        if (k.startswith("ally:") and evidence.weights[k] - evidence.air[k] < GROUND_WEIGHT)
        or (
            k.startswith("nation:") and k != evidence.home
            and evidence.air[k] >= 0.7 * evidence.weights[k] > 0 and len(keys) > 2
        )
    }  # fmt: skip
    _merge(cluster, evidence.bonds, {cluster[key] for key in allies})
    ties = _ties(evidence.bonds, cluster)
    weights: defaultdict[int, float] = defaultdict(float)
    for key in keys:
        if key not in allies:
            weights[cluster[key]] += evidence.weights[key]
    neutral = {key for key in keys if key.startswith("nation:") and key not in evidence.armed}
    groups = {cluster[key] for key in keys if evidence.is_group(key)}
    fighting = {cluster[key] for key in keys if evidence.is_group(key) and key not in neutral}
    fights = _ties(evidence.fights, cluster)
    main = _main_pair({c: weights[c] for c in weights if c in fighting}, ties, fights)
    if main[1] < 0:  # two that fight, though nobody says whom
        main = _main_pair({c: weights[c] for c in weights if c in fighting}, ties, fights, loosely=True)
    if main[1] < 0:  # only one side is seen to fight: against a people that is only named
        known = main[0]
        main = _main_pair({c: weights[c] for c in weights if c in groups}, ties, fights, known)
    if main[0] < 0:
        main = _main_pair(weights, ties, fights)
    named = {cluster[k] for k in keys if k.startswith("nation:") or evidence.is_party(k)}
    others = set(cluster.values()) - set(main) - named - {cluster[k] for k in allies | neutral}
    _enemies_of_enemies(cluster, main, ties, fights, others)
    return cluster, main


def _ties(bonds: Mapping[tuple[str, str], float], cluster: Mapping[str, int]) -> dict[tuple[int, int], float]:
    ties: dict[tuple[int, int], float] = {}
    for (one, other), weight in sorted(bonds.items()):
        if one in cluster and other in cluster and cluster[one] != cluster[other]:
            pair = (min(cluster[one], cluster[other]), max(cluster[one], cluster[other]))
            ties[pair] = ties.get(pair, 0.0) + weight
    return ties


def _merge(cluster: dict[str, int], bonds: Mapping[tuple[str, str], float], allies: set[int]) -> None:
    """Merge clusters, strongest tie first, until none is left above 0; allies keep to themselves."""
    ties: dict[int, dict[int, float]] = defaultdict(dict)
    queue: list[tuple[float, int, int]] = []

    def tie(one: int, other: int, weight: float) -> None:
        ties[one][other] = ties[other][one] = weight
        if weight > 0 and not {one, other} & allies:
            # of equal ties that of the heaviest keys; sums differ in their last digits by their order
            heapq.heappush(queue, (-round(weight, 9), min(one, other), -max(one, other)))

    for (one, other), weight in sorted(_ties(bonds, cluster).items()):
        tie(one, other, weight)
    into: dict[int, int] = {}
    while queue:
        weight, first, second = heapq.heappop(queue)
        second = -second
        if -weight != round(ties.get(first, {}).get(second, 0.0), 9):
            continue  # one of the two has grown or gone since
        into[second] = first
        del ties[first][second]
        for other, more in sorted(ties.pop(second).items()):
            if other != first:
                del ties[other][second]
                tie(first, other, ties[first].get(other, 0.0) + more)
    for key, number in cluster.items():
        while number in into:
            number = into[number]
        cluster[key] = number


def _main_pair(
    weights: Mapping[int, float],
    ties: Mapping[tuple[int, int], float],
    fights: Mapping[tuple[int, int], float],
    known: int = -1,
    *,
    loosely: bool = False,
) -> tuple[int, int]:
    """
    Return the two clusters with most against each other and most to say; `known` is one of them.

    Two of which nothing is told together count only `loosely`.
    """
    best, pair = 0.0, (-1, -1)
    ranked = sorted(weights, key=lambda c: (-weights[c], c))[:12]
    for index, one in enumerate(ranked):
        for other in ranked[index + 1 :]:
            both = (min(one, other), max(one, other))
            fought = max(0.0, fights.get(both, 0.0))
            apart = max(0.0, -ties.get(both, 0.0) - fought)
            score = min(weights[one], weights[other]) + 0.25 * (weights[one] + weights[other])
            score += 2.0 * fought + 0.5 * apart
            told = fought + apart > 0 or (loosely and ties.get(both, 0.0) <= 0)
            if known in (-1, *both) and told and score > best + 1e-9:
                best, pair = score, (one, other)
    if pair == (-1, -1) and ranked:
        return (known if known >= 0 else ranked[0]), -1
    return pair


def _enemies_of_enemies(
    cluster: dict[str, int],
    main: tuple[int, int],
    ties: Mapping[tuple[int, int], float],
    fights: Mapping[tuple[int, int], float],
    others: Iterable[int],
) -> None:
    """Let a smaller cluster that fights one main side on the ground, and not the other, join the other."""
    for number in sorted(others):
        pairs = [(min(number, m), max(number, m)) for m in main]
        for own, other in ((0, 1), (1, 0)):
            at_war = fights.get(pairs[other], 0.0) > 0.5 or number == cluster.get("enemy")
            at_war = at_war and ties.get(pairs[other], 0.0) < 0
            peace = fights.get(pairs[own], 0.0) <= 0 and ties.get(pairs[own], 0.0) > -0.5
            if min(main) >= 0 and at_war and peace:
                for key in [k for k, c in cluster.items() if c == number]:
                    cluster[key] = main[own]
                break


def _named(
    cluster: Mapping[str, int], main: tuple[int, int], evidence: Evidence, given: Mapping[str, Sequence[str]]
) -> Sides:
    """Turn clusters into names: of every mention by its keys, of every side by its best mention."""
    other = {main[0]: main[1], main[1]: main[0]}
    side_of: dict[str, int] = {}
    for mention in sorted(evidence.mentions):
        votes: defaultdict[int, float] = defaultdict(float)
        for key, sign in evidence.keys(mention):
            number = cluster.get(key, -1)
            number = number if sign > 0 else other.get(number, -1)
            if number >= 0:
                votes[number] += _WORTH[key.split(":")[0]]
        if votes:
            side_of[mention] = max(sorted(votes), key=lambda n: votes[n])
    keys, mentions = _members(cluster), _members(side_of)
    names: dict[int, str] = {}
    for number in sorted({*side_of.values(), *(m for m in main if m >= 0)}):
        names[number] = _display(keys[number], mentions[number], evidence, is_main=number in main)
    if main[0] >= 0 and main[1] < 0:
        names[-1] = f"opponents of {names[main[0]]}"
    of = {
        mention: names[number]
        for mention, number in side_of.items()
        if number in main or any(evidence.is_group(key) for key in keys[number])  # else only a man's name
    }
    for name, aliases in given.items():
        for mention in evidence.mentions:
            words = f" {mention.lower()} "
            if any(f" {alias.lower()} " in words for alias in (name, *aliases)):
                of[mention] = name
                names = {n: name if side_of.get(mention) == n else old for n, old in names.items()}
                of = {m: name if side_of.get(m) == side_of.get(mention) else old for m, old in of.items()}
    enemy = {names[m]: names[other[m]] for m in main if m in names and other[m] in names}
    ruling: Counter[str] = Counter()
    for key, number in cluster.items():
        if number in main and number in names:
            ruling[names[number]] += {"state": 1, "revolt": -1, "loose": -1}.get(key.split(":")[0], 0)
    state = max(sorted(ruling), key=lambda n: ruling[n]) if ruling else ""
    state = state if state and ruling[state] > 0 else ""
    against = _against(names, cluster, main, evidence)
    lead = _lead(names, cluster, main, evidence.words)
    spoken = _words(names, cluster, main)
    return Sides(of, enemy, against, state, lead, spoken, _countries(names, cluster, main, evidence, state))


def _members(numbers: Mapping[str, int]) -> defaultdict[int, list[str]]:
    """Return what has each number."""
    members: defaultdict[int, list[str]] = defaultdict(list)
    for member, number in numbers.items():
        members[number].append(member)
    return members


def _display(keys: Sequence[str], mentions: Sequence[str], evidence: Evidence, *, is_main: bool) -> str:
    """
    Return the name of a side after its most telling key: a people, a group, a man, or what it is.

    "Russian forces", "M23", "Gaddafi forces", "Rebels", "Government forces": never a weapon, a number
    or a pronoun, which mentions are full of ("two of our warplanes").
    """
    worth = {k: evidence.weights[k] * _WORTH[k.split(":")[0]] for k in keys}
    called = {k: sum(evidence.words[w] for w in members().get(k[7:], ())) for k in keys if k[:7] == "nation:"}
    if max(called.values(), default=0) > 0:  # "Soviet", where nobody says "Russian"
        worth = {k: w for k, w in worth.items() if called.get(k, 1)}
    worth = {k: w for k, w in worth.items() if k.split(":")[0] not in ("ours", "enemy")} or worth
    worth = {k: w for k, w in worth.items() if evidence.is_group(k)} or worth
    if not evidence.peoples_only:
        armed = {k: w for k, w in worth.items() if not k.startswith("nation:") or k in evidence.armed}
        worth = armed or worth
    names = {k: _group_name(k[5:], mentions) for k in worth if k.startswith("name:")}
    best = min(worth, key=lambda k: (names.get(k) == "", -worth[k], k))
    kind, _, word = best.partition(":")
    if kind == "nation":
        fights = is_main or evidence.peoples_only or best in evidence.armed or evidence.air[best] > 0
        own = max(armies().get(word, ("",)), key=lambda name: evidence.words[name.lower()])
        if evidence.words[own.lower()] and not any(evidence.words[w] for w in members().get(word, ())):
            return own  # "FARDC", where nobody says "Congolese"
        body = "army" if "state:army" in keys and is_main and not evidence.peoples_only else "forces"
        return f"{adjectives()[word]} {body}" if fights else word  # "France recognised the rebels"
    if word in evidence.acronyms:
        return names.get(best) or word.upper()
    if kind in ("name", "man"):
        return names.get(best) or f"{word.title()} forces"
    if kind in ("revolt", "zeal", "loose", "armed"):
        plural = word.endswith("men") or word in _MASS_WORDS
        return (word if plural else re.sub(r"(?<![aeiou])ys$", "ies", f"{word}s")).capitalize()
    if kind == "state":
        used = max(_RULERS, key=lambda w: (evidence.words[w] > 0) * (1 + (f"state:{w}" in worth)))
        word = word if word in _RULERS else used
        return word.capitalize() if word in _BODIES else f"{word.capitalize()} forces"
    if kind == "ally":
        return word.upper() if len(word) <= 4 else f"{word.title()} forces"
    return "Own forces" if kind == "ours" else "Enemy forces"


def _group_name(word: str, mentions: Sequence[str]) -> str:
    """
    Return the name of a group as it is spelled, with "forces" where the name is that of a man.

    A name counts where it stands alone ("Taliban"), is an organisation's ("Kachin Independence Army") or
    says whose a force is ("Gaddafi's troops", "fighters loyal to Haftar"); "General Younes" is one man
    and names no side: "".
    """
    spelled: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    for mention in mentions:
        text = re.sub("[‘’]", "'", mention)
        rest = {singular(w) for w in re.findall(r"[\w.'-]+", text)} - {word, "the"}
        for run in _CAPITALS.findall(text):
            words = [re.sub(r"'s?$", "", w) for w in run.split()]
            if " " in word:
                if (start := _within(word.split(), [singular(w) for w in words])) >= 0:
                    name = " ".join(words[start : start + len(word.split())])
                    spelled[name] += 1
                    groups[name] += 1
                continue
            if word not in map(singular, words):
                continue
            name = next(w for w in words if singular(w) == word)
            if not rest or rest & _FORCE_WORDS or STANCE.search(text):
                spelled[name] += 1
                groups[name] += not rest and text.lower().startswith("the ")
    if not spelled:
        return ""
    name = max(sorted(spelled), key=lambda w: spelled[w])
    is_group = groups[name] or name.endswith("s") or (name.isupper() and len(name) > 1)
    return name if is_group else f"{name} forces"


def _within(part: Sequence[str], whole: Sequence[str]) -> int:
    """Return where a sequence of words stands in another, -1 where it does not."""
    last = len(whole) - len(part) + 1
    return next((i for i in range(last) if list(whole[i : i + len(part)]) == list(part)), -1)


# An action, and what its report calls the sides of its actor and its opponent.
Mention = tuple[Action, str, str]


def group_sides(
    reports: Sequence[Sequence[Mention]], *, given: Mapping[str, Sequence[str]] | None = None
) -> Iterator[dict[str, str]]:
    """
    Give the side of every mention in many reports, from what all of them say together.

    Parameters
    ----------
    reports
        What each report tells.
    given
        Names of sides with their aliases, from the user.

    Returns
    -------
    sides
        For each report, from a mention (`actor`, `opponent` or `source` of an action) to the name of the
        side. The sides that the report found for itself are mentions too.

    Examples
    --------
    >>> list(group_sides([]))
    []
    """
    actions = (action for told in reports for action, _, _ in told)
    of = find_sides(chain(actions, _pairs(reports)), given=given).of
    for told in reports:
        found: dict[str, str] = {}
        own = {local for _, *pair in told for local in pair}
        # What a report calls its sides counts as what it calls those who act: a mention may be misread.
        votes = {local: Counter((of[local],)) for local in own if local in of}
        for action, side, opposing_side in told:
            for mention, local in ((action.actor, side), (action.opponent, opposing_side)):
                name = of.get(mention, "")
                if mention and name:
                    found[mention] = name
                if local and name:
                    votes.setdefault(local, Counter())[name] += 1
            if action.source and action.source in of:
                found[action.source] = of[action.source]
        for local, counts in votes.items():
            found.setdefault(local, max(sorted(counts), key=lambda n: counts[n]))
        yield found


def _pairs(reports: Iterable[Sequence[Mention]]) -> Iterator[Action]:
    """Yield an action for each pair of sides of a report, which may have inferred what no mention says."""
    for told in reports:
        for side, opposing in sorted({(side, opposing) for _, side, opposing in told if side and opposing}):
            yield Action(0, 0, 0, 0, "assault", side, opposing, "reported")
