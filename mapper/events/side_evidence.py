"""What ties words for forces together and what holds them apart, in one report or many.

Words that one mention joins, who fights whom, who attacks a place that another holds, initials,
"loyal to" and "anti-", who issues a communique, and what is usual: rebels fight armies, two peoples
with armies fight each other, the army is that of the country where the war is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mapper.events.side_words import RUN, nations, organisation, side_keys, word_classes
from mapper.model import Action
from mapper.words import singular

_WORD = r"(?<![\w'’-])[\w'’-]{1,40}"
_NAME = r"(?<![\w'’-])[A-Z][\w'’-]{0,40}"
_FORCE_PHRASE = re.compile(
    rf"(?:{_WORD} ){{1,3}}(?:forces?|troops?|army|armies|soldiers?|fighters?|rebels?|militants?|"
    r"insurgents?|militias?|brigades?|divisions?|battalions?|units|artillery|guns|tanks|infantry|"
    r"warplanes|jets|aircraft|navy|mercenaries|commandos|paratroopers|marines|general staff|"
    r"defen[cs]e ministry|ministry of defen[cs]e|military|government|command|spokesman|gunmen)\b"
)
_MAN = (
    r"(?:commander|spokesman|spokeswoman|minister|president|chief|leader|general|colonel|fighter|soldier|"
    r"officer|official)"
)
_TITLED = re.compile(
    rf"((?:{_NAME} ){{1,3}}{_NAME}), (?:(?:a|an|the|its|their|his|one of the) )?"
    rf"((?:{_WORD} ){{0,5}}?{_MAN}\b)((?: (?:of|for|in) (?:the )?(?:{_NAME} ?){{1,3}})?)"
)
_SAID_OF = re.compile(rf"({_NAME}(?:'s|’s)?) (?:{_WORD} ){{0,3}}?(?i:{_MAN}),? ((?:{_NAME} ?){{1,3}})")
_INITIALS = re.compile(
    rf"((?:{_NAME} (?:(?:of|and|for|the|in) ){{0,2}}){{1,6}}{_NAME}) "
    r"\((?:the )?([A-Z][A-Z0-9-]{1,8}),?[^)]{0,20}\)"
)
_GROUP = re.compile(
    r"\b[Tt]he ([A-Z][A-Z0-9]{1,6}|[A-Z][a-z]{1,30})"
    r"(?= (?:said|say|says|announced|claimed|had|have|has|were|was|are|is|took|flag)\b)"
)
_FORCE_WORD = re.compile(
    r"\b(?:forces?|troops?|army|soldiers?|fighters?|militias?|men|brigades?|divisions?|units?|loyal|guns|"
    r"artillery|corps)\b",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]{1,7}(?:-[A-Z]{1,4})?\b(?!-\d)")
# Words in the names of those who rise, and of those who fight for a faith.
_RISING_NAMES = frozenset({"free", "liberation", "resistance", "revolutionary", "independence", "salvation"})
QUOTED = re.compile(r"[\"\u201c][^\"\u201d\n]{0,400}[\"\u201d]")
AIR = frozenset({"airstrike", "missile", "naval_fire"})
_TAKES = frozenset({"capture", "assault", "advance", "siege", "shelling", "airstrike", "missile"})
_HAS = frozenset({"holds", "repulse", "withdraw", "surrender"})
_BOASTS = frozenset({"capture", "holds", "repulse", "advance"})
_TALK = frozenset({"statement", "recognition", "agreement", "arrest", "ceasefire"})
_RISEN = ("revolt", "loose", "zeal")
# What the issuer of a communique calls the others, and himself.
_OF_OTHERS = {
    "state:regime": -1.0, "state:junta": -1.0, "loose": -1.0, "zeal": -1.0, "armed:militia": -0.5,
    "state": 0.3,
}  # fmt: skip
# What those who rise do, and what anybody may offer: "entered without resistance".
_DEEDS = frozenset({"resistance", "uprising", "revolt", "insurgency"})
# Peoples that are usually told of together with a larger one; they may be its enemies, then the text says so.
_PART_OF = {"Bavaria": "Germany", "Prussia": "Germany", "Saxony": "Germany", "Soviet Union": "Russia"}
# Whose they are says little of whose "the army" is: "Lebanese police" count the dead of another's raid.
_OFFICIALS = frozenset(
    f"state:{word}"
    for word in ("police", "minister", "ministry", "president", "premier", "authority", "media")
)
# Words in the names of those who tell of wars.
_NEWS = frozenset({"agency", "agence", "press", "presse", "news", "newswire", "broadcasting"})
# How much of a report's head may name who issues it.
HEAD_CHARACTERS = 200


class Evidence:
    """Weights of keys and bonds between them: above 0 one side, below 0 two.

    Parameters
    ----------
    place_words
        Words of the places' names: no names of forces ("the men of Misrata").
    home
        The country where the war is, "" where that is not known.
    """

    def __init__(self, place_words: set[str], home: str = "") -> None:
        self.place_words = place_words
        self.home = f"nation:{home}" if home else ""
        self.weights: defaultdict[str, float] = defaultdict(float)
        self.air: defaultdict[str, float] = defaultdict(float)
        self.bonds: dict[tuple[str, str], float] = {}
        self.mentions: Counter[str] = Counter()
        self.phrases: Counter[str] = Counter()
        self.groups: set[str] = set()
        self.acronyms: set[str] = set()
        self.articled: set[str] = set()
        self.leaders: set[str] = set()
        self.men: set[str] = set()
        self.armed: set[str] = set()
        self.words: Counter[str] = Counter()
        self.fights: dict[tuple[str, str], float] = {}
        self.communique = True
        self.peoples_only = False

    def keys(self, mention: str) -> list[tuple[str, float]]:
        """Return the keys of a mention without places, and without "our" where only quotations say it."""
        found = side_keys(mention)
        placed = {k for k, _ in found if k[:5] in ("name:", "man:") and k[5:] in self.place_words}
        keys = [
            (key, sign)
            for key, sign in found
            if key not in placed
            and (key != "ours" or self.communique)
            # "the Krajina army" is not "the army"
            and not (placed and key.startswith("state:"))
        ]
        owned = self.peoples_only and any(key.startswith(("nation:", "name:", "man:")) for key, _ in keys)
        return [k for k in keys if not k[0].startswith("state:")] if owned else keys

    def is_group(self, key: str) -> bool:
        """Return whether a key names many: a people or a group, not a man or a name that may be one."""
        kind, _, name = key.partition(":")
        if kind == "name" and name in self.men:
            return False
        return kind != "man" and (
            kind != "name" or name in self.groups or name in self.leaders or " " in name
        )

    def is_party(self, key: str) -> bool:
        """Return whether a key is the name of a group, not of a man whose troops are told of."""
        kind, _, name = key.partition(":")
        return kind == "name" and name not in self.leaders and self.is_group(key)

    def bind(self, one: str, other: str, weight: float) -> None:
        """Add to the bond of two keys."""
        if one != other:
            pair = _pair(one, other)
            self.bonds[pair] = self.bonds.get(pair, 0.0) + weight

    def oppose(self, actor: str, opponent: str, weight: float) -> None:
        """Hold apart what two mentions name."""
        ones, others = self.keys(actor), self.keys(opponent)
        if {k for k, _ in ones} & {k for k, _ in others}:
            return
        for one, sign in ones:
            for other, other_sign in others:
                self.bind(one, other, -weight * sign * other_sign)
                pair = _pair(one, other)
                self.fights[pair] = self.fights.get(pair, 0.0) + weight * sign * other_sign

    def read(self, actions: Mapping[Action, int], text: str) -> None:
        """Take in all that actions, with how often each is told, and text say."""
        plain = QUOTED.sub(" ", text)
        self.communique = not text or re.search(r"\b(?:our|ours|we|us)\b", plain, re.IGNORECASE) is not None
        self._find_groups(text)
        self._read_mentions(actions)
        self._count_names(text)
        for match in _FORCE_PHRASE.finditer(text):
            self._read_phrase(match.group(), 0.4)
        for pattern in (_TITLED, _SAID_OF, _INITIALS, _GROUP):
            for match in pattern.finditer(text):
                if _NEWS.isdisjoint(match.group(1).lower().split()):
                    self._read_phrase(" ".join(g for g in match.groups() if g), 0.3)
                if pattern is _TITLED:
                    self.men |= {singular(w) for w in match.group(1).split()[-1:]}
        self.men -= self.groups
        self.peoples_only = self.two_peoples() or self._two_states()
        if self.peoples_only:
            self._states_without_owner()
        if self.peoples_only and self.home in self.weights:
            self.weights[self.home] += 0.4
            self.armed.add(self.home)
        for action, times in actions.items():
            if action.certainty != "denied":
                self.oppose(action.actor, action.opponent, 2.5 * times)
        self._oppose_at_places(actions)
        self._oppose_accounts(actions)
        self._within_mentions()
        self._initials(text)
        self._usual()
        self._issuer(actions, text)

    def _find_groups(self, text: str) -> None:
        """Find what the text uses as a name of many: after an article, in capitals, of several words."""
        self.articled = {singular(w) for w in re.findall(r"\b[Tt]he ([A-Z][\w-]{1,40})", text)}
        lower = set(re.findall(r"\b[a-z]{2,8}\b", text))
        capitals = {w for w in _ACRONYM.findall(text) if w.lower() not in lower}
        runs = {organisation(run) for run in RUN.findall(text)} - {""}
        for match in _INITIALS.finditer(text):
            if not _NEWS.isdisjoint(match.group(1).lower().split()):  # "Agence France Presse (AFP)"
                capitals.discard(match.group(2))
                runs = {run for run in runs if _NEWS.isdisjoint(run.lower().split())}
        arabic = re.findall(r"(?<![\w-] )\b(?:al|el)-[A-Z][a-z]{2,20}\b", text)
        self.groups = self.articled | {singular(w) for w in (*capitals, *arabic)} | runs
        self.articled |= runs
        self.acronyms = {w.lower() for w in capitals}

    def _read_mentions(self, actions: Mapping[Action, int]) -> None:
        for action, times in actions.items():
            fact = 0.5 if action.kind in _TALK else 2.0
            for mention in sorted({action.actor, action.opponent} - {""}):
                self._weigh(mention, fact, times, air=action.kind in AIR and mention == action.actor)
            if action.source and _NEWS.isdisjoint(action.source.lower().split()):
                self._weigh(action.source, 0.5, times)

    def _oppose_at_places(self, actions: Iterable[Action]) -> None:
        """Hold apart who attacks a place and who holds it."""
        attackers: dict[str, set[str]] = defaultdict(set)
        holders: dict[str, set[str]] = defaultdict(set)
        for action in actions:
            where = getattr(action.where, "text", "")
            if where and action.actor and action.certainty != "denied":
                if action.kind in _TAKES:
                    attackers[where].add(action.actor)
                elif action.kind in _HAS:
                    holders[where].add(action.actor)
        for where, some in sorted(attackers.items()):
            for actor in sorted(some):
                for holder in sorted(holders[where]):
                    self.oppose(actor, holder, 0.8)

    def _oppose_accounts(self, actions: Mapping[Action, int]) -> None:
        """Hold apart who denies a thing and who said or did it; a side boasts of its own deeds."""
        claims: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        for boast, times in actions.items():
            if boast.certainty == "claimed":
                where = getattr(boast.where, "text", "")
                claims[boast.kind, where][boast.source, boast.actor] += times
            if boast.certainty == "claimed" and boast.source and boast.kind in _BOASTS:
                for key, sign in self.keys(boast.source):
                    for other, other_sign in self.keys(boast.actor):
                        if other.startswith(("state:", "nation:")):
                            continue  # whose government that is, other words say
                        self.bind(key, other, 0.6 * sign * other_sign * times)
        for denial, times in actions.items():
            if denial.certainty != "denied" or not denial.source:
                continue
            for (source, actor), count in claims[denial.kind, getattr(denial.where, "text", "")].items():
                if source != denial.source:
                    self.oppose(denial.source, source, 1.0 * times * count)
                    self.oppose(denial.source, actor, 1.0 * times * count)

    def _weigh(self, mention: str, weight: float, times: int, *, air: bool = False) -> None:
        self.mentions[mention] += times
        for key, sign in self.keys(mention):
            if sign < 0 or _FORCE_WORD.search(mention) or "-" in mention:
                self.leaders.add(key.partition(":")[2])
            if sign > 0:
                lone = not self.is_group(key) and not _FORCE_WORD.search(mention)
                self.weights[key] += times * weight * (0.2 if lone else 1.0)  # a man is no army
                if weight > 1:
                    self.armed.add(key)
                self.air[key] += times * weight * air
            else:
                self.weights[key] += 0.2 * times

    def _count_names(self, text: str) -> None:
        """Let peoples, rebels and groups that act weigh more the oftener the text names them."""
        counts = self.words = Counter(singular(w) for w in re.findall(r"(?<![\w-])[A-Za-z][\w]*", text))
        peoples, classes = nations(), word_classes()
        for word, count in sorted(counts.items()):
            kind = classes.get(word, "")
            key = f"nation:{peoples[word]}" if word in peoples else f"name:{word}"
            if kind in _RISEN and word not in _DEEDS:
                self.weights[f"{kind}:{word}"] += min(0.2 * count, 0.6)
            elif (
                key.startswith("nation:")
                or (key in self.weights and word in self.groups)
                or (word in self.acronyms and count > 1 and not kind and word not in self.place_words)
            ):
                self.weights[key] += min(0.3 * count, 1.5)

    def _read_phrase(self, phrase: str, weight: float) -> None:
        """Take in words of the text that no action has as a mention."""
        self.phrases[phrase] += 1
        for key, sign in self.keys(phrase):
            if weight >= 0.4:
                self.armed.add(key)
            self.weights[key] += weight if sign > 0 else 0.2

    def _within_mentions(self) -> None:
        """Tie what one mention joins; in "French and Malian soldiers" two peoples are allies."""
        both = self.mentions + self.phrases
        for mention in sorted(both):
            keys = [(k, s) for k, s in self.keys(mention) if k in self.weights]
            for index, (key, sign) in enumerate(keys):
                for other, other_sign in keys[index + 1 :]:
                    weight = 1.0 if key.startswith("state:") or other.startswith("state:") else 2.0
                    if key.startswith("nation:") and other.startswith("nation:"):
                        self.bonds[min(key, other), max(key, other)] = 1.2
                        continue
                    self.bind(key, other, sign * other_sign * weight * min(2, both[mention]))

    def _initials(self, text: str) -> None:
        """Tie the long names of a group to its short ones: "the National Resistance Front" and "the NRF"."""
        for run in sorted(set(RUN.findall(text))):
            initials = f"name:{''.join(w[0] for w in run.split() if w[0].isupper()).lower()}"
            if len(initials) > 7 and initials in self.weights:  # "Somali National Army", "SNA"
                for key, sign in self.keys(run):
                    if key in self.weights and key.startswith(("nation:", "state:")):
                        self.bind(initials, key, 3.0 * sign)
        names = sorted(k for k in self.weights if k.startswith("name:"))
        known = set(names)
        for key in names:
            words = key[5:].split()
            if key + "s" in known:  # "Houthis"
                self.bind(key, key + "s", 3.0)
            if len(words) < 2:
                continue
            letters = "".join(w[0] for w in words if w not in ("of", "the", "for", "in"))
            short = [letters, letters.replace("a", ""), *words, " ".join(words[:2])]
            for other in dict.fromkeys(f"name:{s}" for s in short):
                if other in known and other != key:
                    self.bind(key, other, 3.0)

    def two_peoples(self) -> bool:
        """Return whether two peoples with armies are told of, and nobody who rises against a state."""
        peoples = [
            k for k in self.weights if k.startswith("nation:") and self.weights[k] >= 0.4 and self.air[k] == 0
        ]
        risen = sum(w for k, w in self.weights.items() if k.startswith("revolt:"))
        return len(peoples) > 1 and risen < 1.0

    def _two_states(self) -> bool:
        """Return whether armies or ministries of two owners are told of, and nobody who rises."""
        if any(key.split(":")[0] in _RISEN for key in self.weights):
            return False
        owners = set()
        for mention in self.mentions + self.phrases:
            keys = [key for key, sign in side_keys(mention) if sign > 0]
            if any(key.startswith("state:") for key in keys):
                owners |= {key for key in keys if key.startswith(("nation:", "man:"))}
        return len(owners) > 1

    def _states_without_owner(self) -> None:
        """Keep of the words for armies and ministries only those that some mention leaves to nobody."""
        free = {key for m in self.mentions + self.phrases for key, _ in self.keys(m)}
        for key in [k for k in self.weights if k.startswith("state:") and k not in free]:
            del self.weights[key]

    def _usual(self) -> None:
        """Add what is usual where the report says nothing: armies are one side, rebels the other."""
        kinds: dict[str, list[str]] = {}
        for key in sorted(self.weights):
            kinds.setdefault(key.split(":")[0], []).append(key)
        # Where some have risen, army and government are one side, whoever left what the other has.
        risen = sum(self.weights[key] for kind in _RISEN for key in kinds.get(kind, []))
        for kind, weight in (
            ("state", 3.0 if risen > 1 else 1.5),
            ("revolt", 1.5),
            ("zeal", 2.0),
            ("loose", 1.5),
            ("armed", 0.5),
        ):
            for index, key in enumerate(kinds.get(kind, [])):
                for other in kinds[kind][index + 1 :]:
                    self.bind(key, other, weight)
        self._usual_owners(kinds)
        self._usual_peoples(kinds)
        self._usual_groups(kinds)
        for one, other, weight in (
            ("state", "revolt", -1.5), ("state", "zeal", -1.5), ("state", "loose", -1.5),
            ("zeal", "revolt", -0.2), ("loose", "revolt", 0.6), ("loose", "zeal", 0.8),
            ("armed", "state", -0.7), ("armed", "revolt", 0.4), ("armed", "loose", 0.3),
            ("armed", "zeal", 0.3), ("ours", "enemy", -4.0),
        ):  # fmt: skip
            for key in kinds.get(one, []):
                for rival in kinds.get(other, []):
                    self.bind(key, rival, weight)

    def _usual_groups(self, kinds: dict[str, list[str]]) -> None:
        """Add what is usual among groups with names: each is one side, and what "the insurgents" means."""
        groups = [k for k in kinds.get("name", []) if k[5:] in self.groups or " " in k]
        for index, key in enumerate(groups):
            for other in groups[index + 1 :]:
                self.bind(key, other, -0.5)
        for key in groups:
            words = set(key[5:].split())
            ties = {"loose": 0.4, "revolt": 0.3, "zeal": 0.15} if key[5:] in self.articled else {}
            if "ours" in self.weights:
                ties = {}
            if words & _RISING_NAMES:
                ties = {"loose": 0.6, "revolt": 1.0}
            elif "islamic" in words:
                ties = {"loose": 0.8, "zeal": 1.5}
            rulers = (
                ()
                if "government" in words
                else (
                    *kinds.get("state", []),
                    *kinds.get("ally", []),
                    *(n for n in kinds.get("nation", []) if n == self.home),
                )
            )
            for ruler in rulers:
                self.bind(key, ruler, -0.8)
            for kind, weight in ties.items():
                for rival in kinds.get(kind, []):
                    self.bind(key, rival, weight)

    def _usual_owners(self, kinds: Mapping[str, Sequence[str]]) -> None:
        """Take a man whose army it is, and who fights those that have risen, for a part of the state.

        Places that he and "the government" take one after the other look like fights of the two.
        """
        states = kinds.get("state", [])
        risen = [key for kind in _RISEN for key in kinds.get(kind, [])]
        for name in kinds.get("name", []):
            if not any(self.bonds.get(_pair(name, state), 0.0) > 0 for state in states):
                continue
            foes = max((self.fights.get(_pair(name, key), 0.0) for key in risen), default=0.0)
            for state in states:
                among = self.fights.get(_pair(name, state), 0.0)
                if foes > 3 * among:
                    self.bind(name, state, among + 0.5)

    def _usual_peoples(self, kinds: dict[str, list[str]]) -> None:
        """Add what is usual among peoples: they are two sides, and the army is that of the land at war."""
        peoples = kinds.get("nation", [])
        for index, key in enumerate(peoples):
            for other in peoples[index + 1 :]:
                parts = {_PART_OF.get(key[7:], "-"), _PART_OF.get(other[7:], "-")}
                if parts & {key[7:], other[7:]}:
                    self.bind(key, other, 1.5)
                    continue
                armed = min(self.weights[key], self.weights[other]) >= 0.8
                self.bind(key, other, -1.0 if armed else -0.2)
        armed_peoples = [n for n in peoples if self.weights[n] >= 0.8]
        risen = any(kinds.get(kind) for kind in _RISEN)
        owners = self._owners()
        if len(owners) == 1:
            owner = owners.pop()  # "the Yugoslav army": then "the army" is theirs
        elif self.home in peoples or (self.home and risen):
            owner = self.home
        else:
            owner = max(armed_peoples, key=lambda n: self.weights[n]) if len(armed_peoples) == 1 else ""
        if owner:
            for key in kinds.get("state", []):
                self.bind(key, owner, 0.5 if risen else 1.0)
        if owner and "ours" not in self.weights and "enemy" in self.weights:
            for key in (owner, *kinds.get("state", [])):
                self.bind("enemy", key, -1.0)

    def _owners(self) -> set[str]:
        """Return the peoples whose army or government a mention names."""
        found = set()
        for mention in self.mentions + self.phrases:
            keys = [key for key, sign in side_keys(mention) if sign > 0 and " and " not in mention]
            if any(key.startswith("state:") and key not in _OFFICIALS for key in keys):
                found |= {key for key in keys if key.startswith("nation:") and key in self.weights}
        return found

    def _issuer(self, actions: Mapping[Action, int], text: str) -> None:
        """Tie "ours" to whom the head of a communique names, and to whoever takes places in it."""
        if "ours" not in self.weights or not text:
            return
        if re.search(r"\b(?:this|our) army\b", text):
            self.bind("ours", "state:army", 1.5)
        for key in sorted(self.weights):  # who calls others so is none of them
            self.bind("ours", key, _OF_OTHERS.get(key, 0.0) or _OF_OTHERS.get(key.partition(":")[0], 0.0))
        if self.home in self.weights:
            self.bind("ours", self.home, 0.7)
            self.armed.add(self.home)
        head = text[:HEAD_CHARACTERS]
        for key, sign in self.keys(head.title() if head[:40].isupper() else head):
            if sign > 0 and key in self.weights and not key.startswith("state:") and key != "ours":
                self.bind("ours", key, 1.0)
        for action, times in actions.items():
            if action.kind == "capture" and action.certainty == "reported":
                for key, sign in self.keys(action.actor):
                    self.bind("ours", key, 0.6 * sign * times)
        self._enemy_of_issuer()

    def _enemy_of_issuer(self) -> None:
        """Take the only other people in arms for "the enemy" of whom a communique is."""
        peoples = [
            k for k in self.weights if k.startswith("nation:") and (k == self.home or self.weights[k] >= 0.8)
        ]
        own = max(sorted(peoples), key=lambda k: self.bonds.get(_pair("ours", k), 0.0), default="")
        if len(peoples) == 2 and self.bonds.get(_pair("ours", own), 0.0) > 0:
            peoples.remove(own)
            self.bind("enemy", peoples[0], 1.0)


def _pair(one: str, other: str) -> tuple[str, str]:
    """Return two keys in the order in which bonds and fights keep them."""
    return (one, other) if one < other else (other, one)
