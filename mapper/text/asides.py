"""Whose the words between a name and a phrase are: "X, a port in Y, 40 km ...", "X's centre"."""

from __future__ import annotations

from mapper.model import Toponym
from mapper.text.clauses import CLAUSE_WORDS, COPULAS, PREPOSITIONS, WAYS, Clause
from mapper.text.focus import AREAS, SETTLEMENTS, is_country, key
from mapper.text.landmarks import PARTS, THINGS, resolve_landmark
from mapper.text.lexicon import word_class
from mapper.text.unseen import DETERMINERS, name_before

PLACED = word_class("placed")
THING_NOUNS = word_class("thing_noun")
# What a town has one of, and calls by its own name.
OF_TOWNS = frozenset(["airport", "airfield", "aerodrome", "station", "refinery"])
_FATES = frozenset(["turn", "fall", "loss", "capture", "siege", "battle", "fate"])
_HAVING = frozenset(["in", "on", "with", "by", "near", "beside", "among", "below", "above", "beneath"])
_MEMORY = 400  # words in which a name that comes again is known
_WITHIN = frozenset(
    ["the", "present", "what", "is", "now", "mouth", "corner", "part", "loop", "bend", "river", "region",
     "province", "north", "south", "east", "west", "western", "eastern", "northern", "southern", "central"]
)  # fmt: skip
_ALIAS = frozenset(["formerly", "alias", "called", "known", "as", "also", "now", "once", "spelt"])
_WHEN = word_class("calendar") | frozenset(["last", "week", "month", "year", "yesterday", "today", "ago"])
OPENING_WORDS = PREPOSITIONS | frozenset(
    [
        "a",
        "an",
        "up",
        "high",
        "deep",
        "the",
        "its",
        "their",
        "our",
        "once",
        "itself",
        "another",
        "also",
        "which",
        "lying",
        "about",
        "that",
        "this",
        "until",
        "then",
        "long",
        "home",
        "formerly",
        "hitherto",
        "no",
        "one",
        "his",
        "her",
        "scene",
        "site",
        "seat",
    ]
)
_NO_VERBS = (
    (PREPOSITIONS - {"on"}) | DETERMINERS | CLAUSE_WORDS | frozenset(["a", "an"])
    | word_class("part_of") | THING_NOUNS | THINGS | AREAS | SETTLEMENTS
)  # fmt: skip


class Aside(Clause):
    """The words before a phrase, read leftwards up to the name that they describe."""

    __slots__ = ()

    def told_from_itself(self, name: int, noun: int) -> bool:
        """
        Tell whether a thing is told from the town whose name it has: "X airport, 5 km from town".

        It is not where "town" is another: "Y is besieged. X airport, 5 km from the town".
        """
        said = self.tail.landmark
        if said is not None and (said.kind != "settlement" or self.word(noun) not in OF_TOWNS):
            return False
        toponym = self.toponym(name)
        meant = resolve_landmark(said, self.focus, self.first) if said else self.focus.resolve(self.first)
        if toponym is None or (meant is not None and key(meant) != key(toponym)):
            return toponym is None
        earlier = self.tokens[max(0, name - _MEMORY) : name]
        known = any(t.toponym is not None and key(t.toponym) == key(toponym) for t in earlier)
        return known or self.focus.resolve(name, exclude=(toponym,)) is None

    def noun_phrase(self, noun: int) -> Toponym | None:
        """Return the place that "the town", "this village" means; None for "a village" and for things."""
        settlement = self.word(noun) in SETTLEMENTS
        if self.word(noun) in OF_TOWNS and (unseen := name_before(self.tokens, noun)) is not None:
            return unseen
        for k in range(noun - 1, max(-1, noun - 5), -1):
            word = self.word(k)
            part = self.word(noun) in PARTS and self.word(noun) not in THINGS
            if part and self.word(k + 1) in ("'", "'s") and (toponym := self.toponym(k)) is not None:
                # "X's centre"
                return toponym
            if settlement and (toponym := self.toponym(k)) is not None:
                # "Marto city", but not "Australia's smallest town"
                return toponym if self.word(k + 1) not in ("'", "'s") else None
            if k > noun - 4 and (toponym := self.toponym(k)) is not None:
                # "the Marto base, 5 km from Y"
                owned = self.word(k + 1) in ("'", "'s") and not self.tail.landmark
                own = owned or self.word(noun) in WAYS
                return None if own or self.told_from_itself(k, noun) else toponym
            if word in ("a", "an", ",", ""):
                # "X, a village, 40 km ..."
                return self.toponym(k - 2) if self.word(k - 1) == "," else self.toponym(k - 1)
            described = word == "the" and settlement and noun - k > 1 and self.word(k - 1) == ","
            if described and (toponym := self.toponym(k - 2)) is not None and not is_country(toponym):
                # "X, the country's second port"
                return toponym
            if word in DETERMINERS and settlement:
                here, latest = word == "this", word == "that"
                return self.focus.resolve(noun, exclude=self.named, here=here, latest=latest)
            if word in DETERMINERS:
                # "X on the lake", "X and its barracks", "X, the army's base"
                on = self.word(k - 1) in _HAVING or (word == "its" and self.word(k - 1) == "and")
                head = self.toponym(k - 2) if on or self.word(k - 1) == "," else None
                return head or self.focus.containing(noun, self.word(noun))
        return None

    def acting(self, i: int) -> Toponym | None:
        """Return X of "X burned 40 km south of Y", "X was taken 40 km ...": a verb or two between."""
        for k in range(i, max(-1, i - 4), -1):
            toponym = self.toponym(k)
            if toponym is not None:
                begins = self.word(k - 1) in ("", ",", "and", "but", "-", "–", "—", ":")
                plain = toponym.role == "literal" and not is_country(toponym) and self.toponym(k - 1) is None
                return toponym if begins and plain else None
            word = self.word(k)
            if not word.isalpha() or word in _NO_VERBS:
                return None
        return None

    def holds(self, k: int) -> Toponym | None:
        """
        Return X where the name at `k` is what X lies in: "X in Y", "X, a port in Y", "X is a port on the Y".

        Not in "the town of Y", nor where what lies there has no name ("a camp in Y").
        """
        i = k - 1
        if self.word(i) in _ALIAS and self.word(i - 1) in (",", *_ALIAS):
            # "X, formerly Y", "X, also known as Y"
            while self.word(i) != "," and k - i < 5:
                i -= 1
            return self.toponym(i - 1)
        while k - i < 6 and self.word(i) in _WITHIN:
            i -= 1
        if self.word(i) == "near" and self.word(i - 1) == ",":
            return self.named_when(i - 2)
        next_to = self.word(i) in ("before", "beyond", "past", "after")
        if not next_to and (
            self.word(i) not in ("in", "on", "of")
            or (self.word(i) == "of" and self.word(i - 1) in SETTLEMENTS)
        ):
            return None
        if self.word(i - 1) in _FATES:
            # "It was the turn of X"
            return None
        first = i - 1 - (self.word(i - 1) == ",")
        beside = self.word(i) == "in" or (self.word(i) == "on" and first < i - 1)
        if beside and (toponym := self.toponym(first)) is not None and not is_country(toponym):
            return None if self.word(first - 1) == "by" else toponym
        for j in range(i - 1, max(0, i - 24), -1):
            word = self.word(j)
            if word in COPULAS:
                described = self.word(j + 1) in ("a", "an", "the") or self.word(j + 1) in _HAVING
                measured = self.word(j + 1)[:1].isdecimal()  # "it's 17 hectares of rock in the X"
                return self.clause_subject(j)[0] if described or measured else None
            opens = self.word(j + 1) in ("a", "an", "in", "on", "at", "near")
            opens |= next_to and self.word(j + 1) == "the"
            if word == "," and opens and (apposed := self.named_when(j - 1)):
                return apposed
            if self.toponym(j) is None and word not in (",", "-", "(", ")") and not word.isalnum():
                return None
            if word in CLAUSE_WORDS:
                return None
        return None

    def named_when(self, k: int) -> Toponym | None:
        """Return the place that words ending at `k` mean: "X", "X last week", "X (once Y)", "the town"."""
        end = k
        while self.word(k) in _WHEN or (k < end and self.word(k) in ("on", "in")):
            k -= 1
        if self.word(k) == ")":
            k = (self.opening_bracket(k) or k) - 1
        if (toponym := self.toponym(k)) is not None:
            return None if is_country(toponym) or self.focus.is_articled(k) else toponym
        definite = self.word(k) in SETTLEMENTS and self.word(k - 1) in DETERMINERS
        return self.noun_phrase(k) if definite else None

    def before_aside(self, i: int) -> Toponym | None:
        """Return X of "X, a village some 40 km ...", "X, on the bank 6 km ...": an aside after a name."""
        for k in range(i, max(0, i - 9), -1):
            if self.toponym(k) is None and self.word(k) == "":
                return None
            if self.word(k) == "(":
                area = self.word(k - 1) in AREAS or self.word(k - 1) in SETTLEMENTS
                return self.toponym(k - 1 - area)
            if self.word(k) == ",":
                opens = self.word(k + 1) in OPENING_WORDS or self.word(k + 1) in PLACED
                opens |= self.toponym(k + 1) is not None and self.word(k + 2) == "'"
                return self.named_when(k - 1) if opens else None
        return None

    def predicated(self, i: int) -> Toponym | None:
        """Return X of "X is a village 40 km from Y", "X stands on a hill, 40 km from Y"."""
        for k in range(i, max(0, i - 9), -1):
            word = self.word(k)
            if word in COPULAS:
                j = k + 1
                while self.word(j) in PLACED:
                    j += 1
                kind = {self.word(m) for m in range(j, min(j + 5, i + 1))}
                noun = self.word(j) == "the" and kind & (SETTLEMENTS | THINGS)
                stands = (
                    noun
                    or self.word(j) in ("a", "an")
                    or self.word(j) in ("on", "in", "at", "among", "amid", "beside", "near", "above", "along")
                )
                return self.clause_subject(k)[0] if stands else None
            named = self.toponym(k) is not None and self.word(k + 1) in THINGS | AREAS
            counted = word[:1].isdecimal()  # "a town of 4,000 people"
            if not (named or counted or word.isalpha() or word in (",", "-")) or word in CLAUSE_WORDS:
                return None
        return None
