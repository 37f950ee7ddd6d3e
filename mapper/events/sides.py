"""Which mentions of forces are one side: "Gaddafi's troops", "government forces" and "loyalists".

A mention is read as keys: a people ("nation:Russia"), a name ("name:gaddafi"), a word for those who
rule ("state:army") or rise ("revolt:rebel"), "ours", "enemy". Evidence ties keys together or holds
them apart, over one report or all of a build: words that one mention joins, who fights whom, who
attacks a place that another holds, "loyal to" and "anti-", and what is usual (rebels fight armies).
Keys that hang together are merged, strongest tie first; the two clusters with most against each
other are the main sides. Allies who come by air keep a side of their own; a word without a tie says
nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mapper.model import Action, Extraction
from mapper.words import read_table, singular, word_set

_STANCE = re.compile(
    r"\b(?:(loyal to|faithful to|allied with|allied to|aligned with|backed by|led by|supporting|commanded by)"
    r"|(opposed to|hostile to|opposing|fighting against))\s+(.+)$",
    re.IGNORECASE,
)
_BACKED = re.compile(
    r"([\w.']+)-(?:backed|led|allied|aligned|held|controlled|supported|speaking)", re.IGNORECASE
)
_FORCE_PHRASE = re.compile(
    r"((?:[\w'’-]+ ){1,3})(?:forces?|troops?|army|armies|soldiers?|fighters?|rebels?|militants?|"
    r"insurgents?|militias?|"
    r"brigades?|divisions?|battalions?|"
    r"units|artillery|guns|tanks|infantry|warplanes|jets|aircraft|navy|"
    r"mercenaries|commandos|"
    r"paratroopers|marines|general staff|defen[cs]e ministry|ministry of defen[cs]e|military|"
    r"government|command|"
    r"spokesman|gunmen)\b"
)
_TITLED = re.compile(
    r"\b((?:[A-Z][\w'’-]+ ){1,3}[A-Z][\w'’-]+), (?:(?:a|an|the|its|their|his|one of the) )?"
    r"((?:[\w'’-]+ ){0,5}?"
    r"(?:commander|spokesman|spokeswoman|minister|president|chief|leader|general|colonel|fighter|soldier|officer|official)\b)"
    r"((?: (?:of|for|in) (?:the )?(?:[A-Z][\w'’-]+ ?){1,3})?)"
)
_SAID_OF = re.compile(
    r"\b([A-Z][\w-]+(?:'s|’s)?) (?:\w+ ){0,3}?(?:president|leader|commander|minister|spokesman|spokeswoman|"
    r"general|colonel|chief|"
    r"President|General|Colonel|Minister|Commander),? ((?:[A-Z][\w'’-]+ ?){1,3})"
)
_INITIALS = re.compile(
    r"((?:[A-Z][\w'’-]+ (?:(?:of|and|for|the|in) ){0,2}){1,6}[A-Z][\w-]+) "
    r"\((?:the )?([A-Z][A-Z0-9-]{1,8}),?[^)]{0,20}\)"
)
_GROUP = re.compile(
    r"\b[Tt]he ([A-Z][A-Z0-9]{1,6}|[A-Z][a-z]+s?)"
    r"(?= (?:said|say|says|announced|claimed|had|have|has|were|was|are|is|took|flag)\b)"
)
AIR = frozenset({"airstrike", "missile", "naval_fire"})
_FORCE_WORD = re.compile(
    r"\b(?:forces?|troops?|army|soldiers?|fighters?|militias?|men|brigades?|divisions?|units?|loyal|units|guns|artillery|corps)\b",
    re.IGNORECASE,
)
_TAKES = frozenset({"capture", "assault", "advance", "siege", "shelling", "airstrike", "missile"})
_HAS = frozenset({"holds", "repulse", "withdraw", "surrender"})
_WORTH = {
    "name": 3.0,
    "nation": 2.5,
    "ally": 4.0,
    "ours": 3.0,
    "enemy": 3.0,
    "revolt": 1.5,
    "zeal": 1.5,
    "state": 1.0,
}

# What a mention must hold for a name in it to say whose force it is.
_FORCE_WORDS = word_set("sides.force_words")
_ORGANISATIONS = word_set("sides.organisations")
_CAPITALS = re.compile(r"[A-Z][\w.'-]*(?: (?:(?:of|and|for|the|al) ){0,2}[A-Z][\w.'-]*)*")
_MASS_WORDS = frozenset({"opposition", "resistance", "insurgency", "uprising", "revolt"})


@dataclass(frozen=True, slots=True)
class Sides:
    """
    Mentions with their sides.

    `of` maps a mention in the report's words to its side, `enemy` each main side to the other, `state`
    is the main side that rules rather than rises, "" when the report does not tell.
    """

    of: Mapping[str, str] = field(default_factory=dict)
    enemy: Mapping[str, str] = field(default_factory=dict)
    state: str = ""


@lru_cache(maxsize=1)
def _word_classes() -> dict[str, str]:
    """Return the class of each word in `resources/sides.tsv`."""
    return {word: name for name, words in read_table("sides.tsv") for word in words.split(",")}


@lru_cache(maxsize=1)
def _nations() -> dict[str, str]:
    """Return the country of every adjective, people, capital and house of government, in lower case."""
    nations: dict[str, str] = {}
    for row in read_table("nations.tsv"):
        for column in row:
            for word in column.split(","):
                if word:
                    nations.setdefault(singular(word), row[0])
    return nations


@lru_cache(maxsize=1)
def _adjectives() -> dict[str, str]:
    return {row[0]: row[1].split(",")[0] for row in read_table("nations.tsv")}


@lru_cache(maxsize=8192)
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
    text = re.sub("[‘’]", "'", mention)
    keys: dict[str, float] = {}
    match = _STANCE.search(text)
    if match:
        sign = 1.0 if match.group(1) else -1.0
        for key, value in side_keys(match.group(3)):
            keys.setdefault(key, sign * value)
        text = text[: match.start()] if sign > 0 else ""
    words: list[str] = []
    for word in re.findall(r"[\w.']+(?:-[\w.']+)*", text):
        stance, _, rest = word.partition("-")
        if rest and stance.lower() in ("anti", "pro"):
            for key, value in side_keys(rest):
                keys[key] = value if stance.lower() == "pro" else -value
        else:
            backed = _BACKED.fullmatch(word)
            words.append(backed.group(1) if backed else word)
    _read_words(words, keys)
    return tuple(sorted(keys.items(), key=lambda kv: (-kv[1], kv[0])))


def _read_words(words: list[str], keys: dict[str, float]) -> None:
    """Add the keys of plain words: peoples, names, who rules, who rises, ours, the enemy."""
    nations, classes = _nations(), _word_classes()
    found: dict[str, list[str]] = {}
    alone: list[tuple[str, str]] = []
    name_before = False
    text = " ".join(words).lower()
    if re.search(r"\bstate (?:tv|television|radio|media|news)", text):
        found["state"] = ["media"]
    for nation, country in nations.items():
        if " " in nation and nation in text:
            found.setdefault("nation", []).append(country)
            text = text.replace(nation, " ")
    for word in words:
        base = singular(word)
        kind = classes.get(base, "name" if word[:1].isupper() and len(base) > 1 else "nothing")
        name_after, name_before = name_before, False
        if base not in text or (kind == "nothing" and base not in nations):
            continue
        if base in nations and word[:1].isupper():
            found.setdefault("nation", []).append(nations[base])
        elif kind.startswith("alone_"):
            alone.append((kind[6:], base))
        elif kind == "name":
            name_before = True
            if name_after:
                found["name"].pop()  # of "Mussa Ibrahim" the last word counts
            found.setdefault("name", []).append(base)
        else:
            found.setdefault(kind, []).append("" if kind in ("ours", "enemy") else base)
    if "revolt" in found or "zeal" in found:
        # "Libyan rebels": both sides are Libyan. "A rebel soldier" is no soldier of the state.
        found.pop("nation", None)
        found.pop("state", None)
    if not found and all(v < 0 for v in keys.values()):
        for kind, base in alone:
            found.setdefault("revolt" if keys else kind, []).append(base)
    for kind, bases in found.items():
        for base in bases:
            keys.setdefault(f"{kind}:{base}" if base else kind, 1.0)


def find_sides(
    actions: Iterable[Action],
    *,
    text: str = "",
    places: Iterable[str] = (),
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
    evidence = _Evidence({w for p in places for w in singular(p).split()} - set(_nations()))
    evidence.read(list(actions), text)
    clusters, main = _cluster(evidence)
    return _named(clusters, main, evidence, given or {})


class _Evidence:
    """Weights of keys and bonds between them: above 0 one side, below 0 two."""

    def __init__(self, place_words: set[str]) -> None:
        self.place_words = place_words
        self.weights: defaultdict[str, float] = defaultdict(float)
        self.air: defaultdict[str, float] = defaultdict(float)
        self.bonds: dict[tuple[str, str], float] = {}
        self.mentions: Counter[str] = Counter()
        self.phrases: Counter[str] = Counter()
        self.groups: set[str] = set()
        self.communique = True
        self.forces: Counter[str] = Counter()

    def keys(self, mention: str) -> list[tuple[str, float]]:
        """Return the keys of a mention without places, and without "our" where only quotations say it."""
        return [
            (key, sign)
            for key, sign in side_keys(mention)
            if not (key.startswith("name:") and key[5:] in self.place_words)
            and (key != "ours" or self.communique)
        ]

    def bind(self, one: str, other: str, weight: float) -> None:
        if one != other:
            pair = (one, other) if one < other else (other, one)
            self.bonds[pair] = self.bonds.get(pair, 0.0) + weight

    def oppose(self, actor: str, opponent: str, weight: float) -> None:
        ones, others = self.keys(actor), self.keys(opponent)
        if {k for k, _ in ones} & {k for k, _ in others}:
            return
        for one, sign in ones:
            for other, other_sign in others:
                self.bind(one, other, -weight * sign * other_sign)

    def read(self, actions: Sequence[Action], text: str) -> None:
        plain = re.sub(r"[\"\u201c][^\"\u201d\n]{0,400}[\"\u201d]", " ", text)
        self.communique = not text or re.search(r"\b(?:our|ours|we|us)\b", plain, re.IGNORECASE) is not None
        self.groups = {singular(w) for w in re.findall(r"\b[Tt]he ([A-Z][\w-]+)", text)}
        self.groups |= {singular(w) for w in re.findall(r"\b[A-Z][A-Z0-9-]{1,7}\b", text)}
        attackers: dict[str, list[str]] = {}
        holders: dict[str, list[str]] = {}
        for action in actions:
            fact = 0.5 if action.kind in ("statement", "recognition", "agreement", "arrest") else 2.0
            for mention in sorted({action.actor, action.opponent} - {""}):
                self._weigh(mention, fact, air=action.kind in AIR and mention == action.actor)
                self.forces[mention] += 1
            self.oppose(action.actor, action.opponent, 2.5)
            if action.source:
                self._weigh(action.source, 0.5)
            where = getattr(action.where, "text", "")
            if where and action.actor and action.certainty != "denied":
                side = attackers if action.kind in _TAKES else holders if action.kind in _HAS else None
                if side is not None:
                    side.setdefault(where, []).append(action.actor)
        for where, some in attackers.items():
            for actor in some:
                for holder in holders.get(where, ()):
                    self.oppose(actor, holder, 0.8)
        self._count_names(text)
        for match in _FORCE_PHRASE.finditer(text):
            self._read_phrase(match.group(), 0.4)
        for pattern in (_TITLED, _SAID_OF, _INITIALS, _GROUP):
            for match in pattern.finditer(text):
                self._read_phrase(" ".join(g for g in match.groups() if g), 0.3)
        self._within_mentions()
        self._usual(text)

    def _weigh(self, mention: str, weight: float, *, air: bool = False) -> None:
        self.mentions[mention] += 1
        for key, sign in self.keys(mention):
            if sign > 0:
                lone = (
                    key.startswith("name:") and key[5:] not in self.groups and not _FORCE_WORD.search(mention)
                )
                self.weights[key] += weight * (0.2 if lone else 1.0)  # a man is no army
                self.air[key] += weight * air
            else:
                self.weights[key] += 0.2

    def _count_names(self, text: str) -> None:
        """Let peoples, and groups known from an action, weigh more the oftener the text names them."""
        counts = Counter(singular(w) for w in re.findall(r"\b[A-Z][\w-]*", text))
        nations = _nations()
        for word, count in counts.items():
            key = f"nation:{nations[word]}" if word in nations else f"name:{word}"
            if key.startswith("nation:") or (key in self.weights and word in self.groups):
                self.weights[key] += min(0.1 * count, 0.5)

    def _read_phrase(self, phrase: str, weight: float) -> None:
        """Take in words of the text that no action has as a mention."""
        self.phrases[phrase] += 1
        for key, sign in self.keys(phrase):
            self.weights[key] += weight if sign > 0 else 0.2

    def _within_mentions(self) -> None:
        """Tie what one mention joins. Where two peoples fight, "army" is said of both and ties nothing."""
        both = self.mentions + self.phrases
        if self.two_peoples():
            for key in [k for k in self.weights if k.startswith("state:")]:
                del self.weights[key]
        for mention in sorted(both):
            keys = [(k, s) for k, s in self.keys(mention) if k in self.weights]
            for index, (key, sign) in enumerate(keys):
                for other, other_sign in keys[index + 1 :]:
                    weight = 1.0 if key.startswith("state:") or other.startswith("state:") else 2.0
                    if key.startswith("nation:") and other.startswith("nation:"):
                        continue
                    self.bind(key, other, sign * other_sign * weight * min(2, both[mention]))

    def two_peoples(self) -> bool:
        """Return whether two peoples with armies are told of, and nobody who rises against a state."""
        peoples = [
            k for k in self.weights if k.startswith("nation:") and self.weights[k] >= 0.4 and self.air[k] == 0
        ]
        risen = sum(w for k, w in self.weights.items() if k.startswith("revolt:"))
        return len(peoples) > 1 and risen < 1.0

    def _usual(self, text: str) -> None:
        """Add what is usual where the report says nothing: armies are one side, rebels the other."""
        kinds: dict[str, list[str]] = {}
        for key in sorted(self.weights):
            kinds.setdefault(key.split(":")[0], []).append(key)
        for kind, weight in (("state", 1.5), ("revolt", 1.5), ("zeal", 2.0)):
            for index, key in enumerate(kinds.get(kind, [])):
                for other in kinds[kind][index + 1 :]:
                    self.bind(key, other, weight)
        nations = kinds.get("nation", [])
        for index, key in enumerate(nations):
            for other in nations[index + 1 :]:
                armed = min(self.weights[key], self.weights[other]) >= 0.8
                self.bind(key, other, -1.0 if armed else -0.2)
        if (
            len([n for n in nations if self.weights[n] >= 0.8]) == 1
            and not kinds.get("revolt")
            and not kinds.get("zeal")
        ):
            for key in kinds.get("state", []):  # one people's war with an unnamed enemy: "the army" is theirs
                self.bind(key, max(nations, key=lambda n: self.weights[n]), 1.0)
        for key in kinds.get("name", []):
            # "The Taliban", "the Houthis": a group with an article is what "the insurgents" means.
            if re.search(rf"\bthe {re.escape(key[5:])}s?\b", text, re.IGNORECASE):
                for rival in (*kinds.get("revolt", []), *kinds.get("zeal", [])):
                    self.bind(key, rival, 0.4 if "ours" not in self.weights else 0.0)
                for own in kinds.get("ours", []):
                    self.bind(key, own, -0.6)
        for one, other, weight in (
            ("state", "revolt", -1.5), ("state", "zeal", -1.5), ("zeal", "revolt", 0.3),
            ("ours", "enemy", -4.0),
        ):  # fmt: skip
            for key in kinds.get(one, []):
                for rival in kinds.get(other, []):
                    self.bind(key, rival, weight)


def _cluster(evidence: _Evidence) -> tuple[dict[str, int], tuple[int, int]]:
    """Merge keys, strongest tie first, and return cluster numbers and the two main ones (-1 for none)."""
    keys = sorted(evidence.weights, key=lambda k: (-evidence.weights[k], k))
    cluster = {key: number for number, key in enumerate(keys)}
    allies = {
        k for k in keys
        if k.startswith("ally:")
        or (k.startswith("nation:") and evidence.air[k] >= 0.7 * evidence.weights[k] > 0 and len(keys) > 2)
    }  # fmt: skip
    ties = _ties(evidence, cluster)
    while True:
        best = max(
            (
                (w, -min(pair), pair)
                for pair, w in ties.items()
                if w > 0 and not _allied(pair, cluster, allies)
            ),
            default=None,
        )
        if best is None:
            break
        first, second = best[2]
        for key in keys:
            if cluster[key] == second:
                cluster[key] = first
        ties = _ties(evidence, cluster)
    weights: defaultdict[int, float] = defaultdict(float)
    for key in keys:
        if key not in allies:
            weights[cluster[key]] += evidence.weights[key]
    main = _main_pair(weights, ties)
    _enemies_of_enemies(cluster, main, ties, allies, evidence)
    return cluster, main


def _ties(evidence: _Evidence, cluster: Mapping[str, int]) -> dict[tuple[int, int], float]:
    ties: dict[tuple[int, int], float] = {}
    for (one, other), weight in sorted(evidence.bonds.items()):
        if one in cluster and other in cluster and cluster[one] != cluster[other]:
            pair = (min(cluster[one], cluster[other]), max(cluster[one], cluster[other]))
            ties[pair] = ties.get(pair, 0.0) + weight
    return ties


def _allied(pair: tuple[int, int], cluster: Mapping[str, int], allies: set[str]) -> bool:
    return any(cluster[k] in pair for k in allies)


def _main_pair(weights: Mapping[int, float], ties: Mapping[tuple[int, int], float]) -> tuple[int, int]:
    """Return the two clusters with most against each other and most to say."""
    best, pair = 0.0, (-1, -1)
    ranked = sorted(weights, key=lambda c: (-weights[c], c))[:12]
    for index, one in enumerate(ranked):
        for other in ranked[index + 1 :]:
            against = max(0.0, -ties.get((min(one, other), max(one, other)), 0.0))
            score = min(weights[one], weights[other]) + 2.0 * against + 0.25 * (weights[one] + weights[other])
            if score > best + 1e-9:
                best, pair = score, (one, other)
    if pair == (-1, -1) and ranked:
        return ranked[0], -1
    return pair


def _enemies_of_enemies(
    cluster: dict[str, int],
    main: tuple[int, int],
    ties: Mapping[tuple[int, int], float],
    allies: set[str],
    evidence: _Evidence,
) -> None:
    """Let a smaller cluster that fights one main side on the ground, and not the other, join the other."""
    for number in sorted({c for k, c in cluster.items() if k not in allies} - set(main)):
        pulls = [ties.get((min(number, m), max(number, m)), 0.0) for m in main]
        for own, other in ((0, 1), (1, 0)):
            if (
                main[own] >= 0
                and main[other] >= 0
                and pulls[other] < -0.5
                and pulls[own] > pulls[other] + 0.5
                and pulls[own] >= 0
            ):
                for key in [k for k, c in cluster.items() if c == number]:
                    cluster[key] = main[own]
                break


def _named(
    cluster: Mapping[str, int], main: tuple[int, int], evidence: _Evidence, given: Mapping[str, Sequence[str]]
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
    names: dict[int, str] = {}
    for number in sorted({*side_of.values(), *(m for m in main if m >= 0)}):
        names[number] = _display(number, side_of, cluster, evidence)
    if main[0] >= 0 and main[1] < 0:
        names[-1] = f"opponents of {names[main[0]]}"
    of = {
        mention: names[number]
        for mention, number in side_of.items()
        if not _is_lone_man(number, main, cluster, evidence)
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
            ruling[names[number]] += {"state": 1, "revolt": -1}.get(key.split(":")[0], 0)
    state = max(sorted(ruling), key=lambda n: ruling[n]) if ruling else ""
    return Sides(of, enemy, state if state and ruling[state] > 0 else "")


def _is_lone_man(number: int, main: tuple[int, int], cluster: Mapping[str, int], evidence: _Evidence) -> bool:
    """Return whether a cluster is only the name of a man whose side the report does not tell."""
    if number in main:
        return False
    keys = [k for k, c in cluster.items() if c == number]
    return all(k.startswith("name:") and k[5:] not in evidence.groups for k in keys)


def _display(number: int, side_of: Mapping[str, int], cluster: Mapping[str, int], evidence: _Evidence) -> str:
    """
    Return the name of a side after its most telling key: a people, a group, a man, or what it is.

    "Russian forces", "M23", "Gaddafi forces", "Rebels", "Government forces": never a weapon, a number
    or a pronoun, which mentions are full of ("two of our warplanes").
    """
    worth = {k: evidence.weights[k] * _WORTH[k.split(":")[0]] for k, c in cluster.items() if c == number}
    worth = {k: w for k, w in worth.items() if k.split(":")[0] not in ("ours", "enemy")} or worth
    mentions = [m for m, n in side_of.items() if n == number]
    names = {k: _group_name(k[5:], mentions) for k in worth if k.startswith("name:")}
    best = min(worth, key=lambda k: (names.get(k) == "", -worth[k], k))
    kind, _, word = best.partition(":")
    if kind == "nation":
        return f"{_adjectives()[word]} forces"
    if kind == "name":
        return names[best] or f"{word.capitalize()} forces"
    if kind in ("revolt", "zeal"):
        return f"{word.capitalize()}s" if word not in _MASS_WORDS else word.capitalize()
    if kind == "state":
        return word.capitalize() if word in ("army", "navy", "police", "military") else "Government forces"
    if kind == "ally":
        return word.upper() if len(word) <= 4 else f"{word.capitalize()} forces"
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
            if word not in map(singular, words):
                continue
            organisation = any(singular(w) in _ORGANISATIONS for w in words)
            name = " ".join(words) if organisation else next(w for w in words if singular(w) == word)
            if organisation or not rest or rest & _FORCE_WORDS or _STANCE.search(text):
                spelled[name] += 1
                groups[name] += organisation or (not rest and text.lower().startswith("the "))
    if not spelled:
        return ""
    name = max(sorted(spelled), key=lambda w: spelled[w])
    is_group = groups[name] or name.endswith("s") or (name.isupper() and len(name) > 1)
    return name if is_group else f"{name} forces"


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
        From (report id, mention of `action.actor`, `action.opponent` or `action.source`) to the name of
        the side. The sides that one report found for itself are mentions too: (report id, `event.side`)
        is there as well.

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
            for mention, local in (
                (event.action.actor, event.side),
                (event.action.opponent, event.opposing_side),
            ):
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
