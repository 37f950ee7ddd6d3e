"""What a clause about a distance is about: the name, "it", "the town" before its verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.model import Toponym
from mapper.text.focus import AREAS, SETTLEMENTS, Focus, is_attribute, is_country
from mapper.text.landmarks import PARTS, read_landmark, resolve_landmark
from mapper.text.lexicon import word_class
from mapper.text.quantities import read_compass
from mapper.text.tails import Tail
from mapper.text.tokens import PARAGRAPH, Token, word_at
from mapper.text.unseen import UNSEEN

COPULAS = word_class("copula")
WAYS = word_class("way")
CLAUSE_WORDS = word_class("clause")
PREPOSITIONS = word_class("preposition")
REACH_LEFT = 40
_CLAUSE_MARKS = frozenset((";", ":", '"', "“", "”", "(", ")", "—", "–", PARAGRAPH, "[", "]", "|", ">"))
_DISTANCE_NOUNS = frozenset(("distance", "journey", "drive", "trip", "way"))
_PARTS_ALSO = frozenset(["houses", "heights", "hills", "ruins"])
# "X, the seat of Y" is X, but "the town of Y" is Y.
_TITLES = frozenset(("capital", "seat", "centre", "center", "gateway", "suburb", "port"))
_PLURAL = frozenset(["are", "were"])

# What is placed and, where the clause itself is about a distance, the other end of it.
Ends = tuple[Toponym | None, Toponym | None]


@dataclass(frozen=True, slots=True)
class Clause:
    """
    The sentence of a phrase, read leftwards from the token `first`; `tail` is what follows its figure.

    `named` is the phrase's landmark where that is named, so that "it" is another.
    """

    tokens: Sequence[Token]
    first: int
    tail: Tail
    focus: Focus
    named: tuple[Toponym | None, ...]

    def word(self, i: int) -> str:
        """Return the word at `i` if it is in the sentence of the phrase and no name, else ""."""
        inside = 0 <= i < len(self.tokens) and self.tokens[i].sentence == self.tokens[self.first].sentence
        return word_at(self.tokens, i) if inside else ""

    def toponym(self, i: int) -> Toponym | None:
        """Return the name at `i` if it is in the sentence of the phrase."""
        inside = 0 <= i < len(self.tokens) and self.tokens[i].sentence == self.tokens[self.first].sentence
        return self.tokens[i].toponym if inside else None

    def names(self, before: int) -> list[Toponym]:
        """Return the names of the sentence before token `before`."""
        low = max(0, before - REACH_LEFT)
        return [t for k in range(low, before) if (t := self.toponym(k)) is not None]

    def nearest(self, i: int, reach: int = REACH_LEFT) -> Toponym | None:
        """Return the nearest name to the left of `i` in the sentence, countries left out."""
        for k in range(i - 1, max(-1, i - 1 - reach), -1):
            if self.word(k) == ";":
                return None
            toponym = self.toponym(k)
            if toponym is not None and not is_country(toponym) and not is_attribute(self.tokens, k):
                return toponym
        return None

    def opening_bracket(self, i: int) -> int | None:
        """Return where the bracket about token `i` opens, None outside one."""
        for k in range(i - 1, max(-1, i - 15), -1):
            if self.word(k) in ("(", ")"):
                return k if self.word(k) == "(" else None
        return None

    def placed_first(self, k: int) -> Toponym | None:
        """
        Return what the name at `k` only helps to place: X of "X in Y district", "X on the road to Y", "X, the
        capital of Y".
        """
        area = self.word(k) in AREAS
        k -= area
        if self.word(k - 1) == "of" and self.word(k - 2) in _TITLES:
            stops = ("", ",", "(", "a", "the")
            start = next((j for j in range(k - 3, k - 8, -1) if self.word(j) in stops), k)
            if self.word(start) in ("a", "the") and self.word(start - 1) in (",", "("):
                return self.toponym(start - 2)
            province = self.toponym(k)
            seat = self.word(k - 2) in ("capital", "seat") and self.word(start) == "the"
            if seat and self.word(start - 1) == "" and province is not None and not is_country(province):
                # "X is besieged. The capital of Y, 40 km ..."
                return self.focus.resolve(start, exclude=(*self.named, province))
        toponym, i = self.toponym(k), k - 1
        i -= self.word(i) == "the"
        if toponym is not None and area and self.word(i) == "," and self.toponym(i - 1) is not None:
            return self.toponym(i - 1)
        if toponym is not None and (area or is_country(toponym)) and self.word(i) == "in":
            return self.toponym(i - 1) or (self.toponym(i - 2) if self.word(i - 1) == "," else None)
        if self.word(i) in ("to", "from", "towards", "toward") and self.word(i - 1) in WAYS:
            while k - i < 8 and self.word(i) not in ("on", "along", ""):
                i -= 1
            return self.toponym(i - 1) or (self.toponym(i - 2) if self.word(i - 1) in (",", "(") else None)
        if self.word(k - 1) == "the":
            # "X on the Don", "X, on the east bank of the Don": towns take no article, rivers do.
            while k - i < 8 and self.word(i).isalpha() and self.word(i) not in COPULAS:
                i -= 1
            fought = self.word(i) in COPULAS and self.word(i + 2) in PREPOSITIONS
            if self.word(i + 1) not in PREPOSITIONS and not fought:
                return None
            if self.word(i) in COPULAS:
                return self.clause_subject(i)[0]
            return self.toponym(i - (self.word(i) in (",", "(")))
        return None

    def clause_subject(self, copula: int) -> Ends:
        """Return the subject of "is", "lies" at `copula`: a name, or what "it", "the town", "which" means."""
        contracted = self.word(copula) in ("it's", "that's")
        before = self.word(copula).removesuffix("'s") if contracted else self.word(copula - 1)
        if word_at(self.tokens, self.tail.last - 1) == "apart":
            ends = [t for t in self.names(copula) if not is_country(t)] or self.last_two(copula)
            return (ends[-1], ends[-2]) if len(ends) >= 2 else (None, None)
        at = copula - 2 + contracted
        if before == "it" and (named := self.toponym(at)) is not None:
            if self.word(at - 1) == "from" and self.tail.landmark is None:
                # "From X it's 40 km"
                return self.focus.resolve(copula, exclude=(named,), recent=True), named
            if self.word(at - 1) == "from":
                return named, None
            if self.word(at - 1) == "to" and (start := self.start_told(at - 1)) is not None:
                return named, start
            if self.word(copula - 3) == "to" and (adverb := self.word(copula - 4)) in ("here", "there"):
                here = adverb == "here"
                return named, self.focus.resolve(copula, exclude=(named,), here=here, latest=not here)
        if before == "it" and self.tail.link == "to" and self.tail.bearing and self.named[0] is not None:
            # "From there it is 40 km north to X"; without a direction the ends are alike
            there, here = (self.word(copula - 2) == adverb for adverb in ("there", "here"))
            onward = there or self.tokens[self.first].word in ("further", "another")
            start = self.focus.resolve(copula, exclude=self.named, recent=True, latest=onward, here=here)
            return self.named[0], start
        if before == "it" and (doer := self.clause_before(copula - 1)) is not None:
            return doer, None
        if before in ("it", "this"):
            there = not contracted and self.word(copula - 2) == "there"
            return self.focus.resolve(copula, exclude=self.named, recent=True, latest=there), None
        if before == "that" and (contracted or self.word(copula - 2) in ("", ";", ",", "and", "-")):
            return self.focus.resolve(copula, exclude=self.named, latest=True), None
        if before in ("which", "that", "who"):
            return self.nearest(copula - 1), None
        if before in ("there", "they", "we", "he", "she", "both", "i", "you"):
            return None, None
        if before in (";", ",") and (doer := self.clause_before(copula)) is not None:
            # "X: contested; lies 40 km from Y"
            return doer, None
        if (toponym := self.toponym(copula - 1)) is not None:
            joint, other = self.word(copula - 2), self.toponym(copula - 3)
            start = self.start_told(copula - 2) if joint == "," and self.tail.landmark is None else None
            if start is not None:
                # "From Y, X is 40 km"
                return toponym, start
            if joint not in PREPOSITIONS and joint != "and":
                return self.placed_first(copula - 1) or toponym, None
            if other is not None and (joint == "to" or (joint == "and" and self.word(copula) in _PLURAL)):
                return toponym, other
        subject, other = self.head(self.clause_start(copula), copula)
        return (subject or self.before_asides(copula) or self.apposed_name(copula)), other

    def apposed_name(self, copula: int) -> Toponym | None:
        """Return X of "the town in question, X, is 40 km from Y"."""
        toponym = self.toponym(copula - 2) if self.word(copula - 1) == "," else None
        opened = self.word(copula - 3) == "," and self.word(copula - 4).isalpha()
        return toponym if toponym is not None and opened and not is_country(toponym) else None

    def before_asides(self, copula: int) -> Toponym | None:
        """Return X of "X, so long fought over, so often lost, is ...": what a sentence begins with."""
        if self.word(copula - 1) not in (",", "-", "–", "—"):
            return None
        start = copula
        while copula - start < 2 * REACH_LEFT and (self.toponym(start - 1) or self.word(start - 1)):
            start -= 1
        phrase = read_landmark(self.tokens, start)
        if phrase is None or self.word(phrase.last) not in (",", "-", "–", "—"):
            return None
        named = phrase.toponym is not None and not is_country(phrase.toponym)
        return phrase.toponym if named and phrase.last < copula - 1 else None

    def clause_before(self, pronoun: int) -> Toponym | None:
        """Return the name that the clause before begins with: "X is besieged; it is 40 km from Y"."""
        k = pronoun - 1 - (self.word(pronoun - 1) in ("and", "but"))
        if self.word(k) not in (";", ",", "-", "–", "—"):
            return None
        start = k
        while (
            k - start < REACH_LEFT
            and (self.toponym(start - 1) or self.word(start - 1))
            and (self.word(start - 1) not in _CLAUSE_MARKS)
        ):
            start -= 1
        headed = self.word(start - 1) == ":" and self.toponym(start - 2) is not None
        toponym = self.toponym(start - 2) if headed else self.toponym(start)
        return toponym if toponym is not None and not is_country(toponym) else None

    def start_told(self, to: int) -> Toponym | None:
        """Return A of "from A to B it is 40 km", given where "to" stands; A may be "the fallen city"."""
        for k in range(to - 2, max(-1, to - 9), -1):
            if self.word(k) == "from":
                start = read_landmark(self.tokens, k + 1)
                if start is None or start.last != to:
                    return None
                return resolve_landmark(start, self.focus, k + 1, (self.toponym(to + 1),))
        return None

    def begins_way(self, to: int) -> bool:
        """Tell whether "from A to B", given where "to" stands, is a way and not a walk or a flight."""
        k = to
        while to - k < 9 and self.word(k) != "from":
            k -= 1
        return self.word(k - 1) in ("", ",", "and", "but", *WAYS, *_DISTANCE_NOUNS)

    def clause_start(self, copula: int) -> int:
        """Return where the clause of a verb begins, passing over asides before it."""
        k = copula - 1
        for _ in range(2):
            if self.word(k) == ",":
                k -= 1
                while copula - k < REACH_LEFT and (self.toponym(k) or self.word(k) not in (",", "")):
                    k -= 1
                k -= 1
            if self.word(k) == ")":
                k = (self.opening_bracket(k) or k) - 1
        while copula - k < REACH_LEFT and (self.toponym(k) or self.word(k)):
            word = self.word(k)
            if word in _CLAUSE_MARKS or (word == "-" and self.after_dateline(k)):
                return k + 1
            if word == "that" and self.word(k + 1) in SETTLEMENTS:
                return k
            if word in CLAUSE_WORDS and not (word == "and" and self.joins_alike(k)):
                return k + 1
            if word == "," and self.toponym(k + 1) and self.word(k + 2) in (",", "is", "lies", "was"):
                return k + 1
            k -= 1
        return k + 1

    def after_dateline(self, k: int) -> bool:
        """Tell whether the dash at `k` ends the head of a report: "KYIV, May 3 - Troops stood 5 km away"."""
        head = (self.tokens[j].toponym for j in range(max(0, k - 14), k))
        return self.focus.dateline is not None and any(t is self.focus.dateline for t in head)

    def joins_alike(self, k: int) -> bool:
        """Tell whether the "and" at `k` stands between two names or between two common nouns."""
        return (self.toponym(k - 1) is None) == (self.toponym(k + 1) is None)

    def head(self, start: int, copula: int) -> Ends:
        """Return what the noun phrase at the head of a clause means."""
        i = start
        if self.word(i) in ("from", "between") or (self.toponym(i) and self.word(i + 1) == "to"):
            ends = [token.toponym for token in self.tokens[i:copula] if token.toponym is not None]
            if len(ends) >= 2:
                return ends[1], ends[0]
            to = copula - 2
            if len(ends) == 1 and ends[0] is self.toponym(copula - 1) and self.word(to) == "to":
                # "From the fallen city to X is 40 km"
                start_at = self.start_told(to)
                return (ends[0], start_at) if start_at is not None else (None, None)
        if self.word(i) in PREPOSITIONS:
            while i < copula and self.word(i) != ",":
                i += 1
            if i == copula and self.toponym(start + 1) is not None and start + 2 < copula:
                # "At X the front is 40 km from Y"
                i = start + 2
            else:
                i = i + 1 if i < copula else start
        span = self.tokens[i:copula]
        if any(token.word in _DISTANCE_NOUNS for token in span[:4] if token.toponym is None):
            ends = [token.toponym for token in span if token.toponym is not None] or self.last_two(i)
            words = [token.word for token in span]
            if len(ends) == 2 and "from" in words and "to" not in words:
                # "X's distance from Y", "the distance of X from Y"
                return ends[0], ends[1]
            if len(ends) == 1 and "to" in words:
                # "The distance to X", "the distance from there to X"
                return self.focus.resolve(i, exclude=ends, recent=True), ends[0]
            return (ends[-1], ends[-2]) if len(ends) >= 2 else (None, None)
        of_place = any(self.word(k) in PARTS or self.word(k) in _PARTS_ALSO for k in range(i, copula))
        if self.word(copula) in _PLURAL and self.toponym(i) is None and not of_place:
            return None, None
        phrase = read_landmark(self.tokens, i)
        unseen = phrase is not None and phrase.toponym is not None and phrase.toponym.score == UNSEEN
        if (
            phrase is None
            or phrase.last > copula
            or (unseen and self.word(phrase.last).isalpha() and phrase.last != copula)
        ):
            return None, None
        if any(self.word(k) == "of" and read_compass(self.tokens, k - 1) for k in range(i, phrase.last)):
            # "The group west of X" is not X.
            return None, None
        if phrase.toponym is not None:
            return phrase.toponym, None
        return resolve_landmark(phrase, self.focus, i, self.named, subject=True), None

    def last_two(self, i: int) -> list[Toponym]:
        """Return the two places named last before `i` in the report, countries left out."""
        near = (token.toponym for token in reversed(self.tokens[max(0, i - 60) : i]))
        return [t for t in near if t is not None and not is_country(t)][1::-1]
