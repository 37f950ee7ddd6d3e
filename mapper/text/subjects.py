"""What a phrase places: "X, 40 km from Y", "the town is ...", "it lies ...", "40 km on, X fell".

A phrase stands in apposition, in parenthesis, after a verb of being or before its subject; each has its own
way to the name. A thing without a name ("a checkpoint 40 km west of X") has no subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mapper.model import Toponym
from mapper.text.asides import OF_TOWNS, OPENING_WORDS, PLACED, THING_NOUNS, Aside
from mapper.text.clauses import COPULAS, PREPOSITIONS, REACH_LEFT, WAYS, Ends
from mapper.text.focus import AREAS, SETTLEMENTS, Focus, is_country, is_thing
from mapper.text.landmarks import THINGS, Landmark, read_landmark, resolve_landmark
from mapper.text.lexicon import word_class
from mapper.text.quantities import begins_quantity, read_compass
from mapper.text.tails import Tail
from mapper.text.tokens import PARAGRAPH, Token, toponym_at, word_at
from mapper.text.unseen import DETERMINERS, name_before

_SPEECH = word_class("speech")
_INVERTED = word_class("inverted")
_TAKING = word_class("lost") | word_class("besieged")
_RELATIVE = frozenset(["where", "which", "whose", "who", "whence"])
_SET = frozenset(["located", "lying", "situated", "standing", "set", "sited", "perched", "at", "being"])
_HAD = frozenset(["had", "has", "fell", "became", "was", "is", "remains", "remained", "lies"])
_OBJECTS = frozenset(["them", "us", "him", "me", "her"])
_PARTED = frozenset(["separated", "divided", "cut"])


@dataclass(frozen=True, slots=True)
class Previous:
    """The claim read before: its tokens, subject and landmark, for what a second claim leaves out."""

    first: int
    last: int
    subject: Toponym | None
    landmark: Toponym | None
    implicit: bool
    sentence: int


def find_subject(
    tokens: Sequence[Token], first: int, tail: Tail, focus: Focus, previous: Previous | None
) -> tuple[Toponym | None, bool]:
    """
    Return what a direction without a figure places, and whether that is asserted.

    "X, west of Y" and "X is west of Y" assert it; in "shells fell on X west of Y" it goes without saying.
    """
    before = word_at(tokens, first - 1)
    asserted = before in (",", "(") or before in COPULAS or word_at(tokens, first - 2) in COPULAS
    if not asserted or tokens[first - 1].sentence != tokens[first].sentence:
        return None, False
    if before == "," and toponym_at(tokens, first - 2) is None:
        return None, False
    subject, _ = read_subject(tokens, first, tail, focus, previous)
    return subject, subject is not None


def source_of(tokens: Sequence[Token], index: int, subject: Toponym | None) -> Toponym | None:
    """
    Return X of "from X to Y, 12 km to the south": where a way begins is what its end is told from.

    None where the sentence before `index` names no such beginning, or it is the subject itself.
    """
    for k in range(index - 1, max(0, index - REACH_LEFT), -1):
        if tokens[k].sentence != tokens[index].sentence or tokens[k].word == ";":
            return None
        toponym = tokens[k].toponym
        if toponym is not None and toponym is not subject and word_at(tokens, k - 1) == "from":
            onward = any(
                word_at(tokens, j) in ("to", "towards", "toward", "into", "for") for j in range(k, index)
            )
            return toponym if onward and not is_country(toponym) else None
    return None


def read_subject(
    tokens: Sequence[Token], first: int, tail: Tail, focus: Focus, previous: Previous | None
) -> Ends:
    """
    Return what the phrase at token `first` places and, where its clause is about a distance, the other end.

    Parameters
    ----------
    tokens, first, tail
        The phrase, what follows its figure included.
    focus
        Fills "it", "the town".
    previous
        The claim before it, to which it may be joined by "and"; None for the first.

    Returns
    -------
    subject, other_end
        The subject is None for a thing without a name, the other end in most clauses.
    """
    other = None
    if tail.landmark is not None and tail.landmark.kind in ("name", "capital"):
        other = resolve_landmark(tail.landmark, focus, first)
    return _Reader(tokens, first, tail, focus, (other,), previous).read()


@dataclass(frozen=True, slots=True)
class _Reader(Aside):
    """Reads leftwards from a phrase by what stands before it."""

    previous: Previous | None

    def read(self) -> Ends:
        """Choose the reading by what stands directly before the phrase."""
        i = self.first - 1
        if [self.word(k) for k in range(i - 3, i + 1)] == ["as", "the", "crow", "flies"]:
            i -= 4
        if self.word(i) in ("'", '"', "”", "’", "*") and self.toponym(i - 1) is not None:
            i -= 1
        word = self.word(i)
        if (toponym := self.toponym(i)) is not None:
            if self.word(i - 1) == "from" and self.tail.landmark is None:
                return (self.previous.subject if self.previous else None), toponym
            river = self.word(i - 1) == "the" and not is_thing(toponym)
            return self.placed_first(i) or self.holds(i) or (None if river else toponym), None
        if word == ";" and (bracket := self.opening_bracket(i)) is not None:
            return self.nearest(bracket, reach=6), None
        if word in ("", ";", PARAGRAPH):
            after = word_at(self.tokens, self.tail.last)
            more = after == "," and begins_quantity(word_at(self.tokens, self.tail.last + 1) or ",")
            if word != ";" and (more or after in ("", ".", "!", "?", PARAGRAPH)):
                # A sentence without a verb goes on about the place before: "#X - shelled. 100 km from Y."
                return self.focus.resolve(self.first, exclude=self.named, recent=True), None
            return self.following() or (self.clause_before(self.first) if word == ";" else None), None
        if word in ("(", "["):
            return name_before(self.tokens, i) or self.nearest(i, reach=6), None
        if word == "by" and self.word(i - 3) in _PARTED and self.word(i - 4) in COPULAS:
            # "X is separated from Y by 40 km"
            return self.clause_subject(i - 4)[0], self.toponym(i - 1)
        if word == "of" and self.word(i - 1) == "distance":
            # "at a distance of 40 km from Y"
            i -= 3 if self.word(i - 2) == "a" else 2
            word = self.word(i)
        if word in ("-", "–", "—", ":", "/", "|"):
            if self.toponym(i - 1) is not None or self.word(i - 1).isalpha():
                return self.apposed(i)
            return self.following(), None
        if word in _SET and self.word(i - 1) in ("", ",") and (ahead := self.following()) is not None:
            # "Lying 40 km from Y, X ..."
            return ahead, None
        if word in _OBJECTS:
            # "which puts them 4 km from X"
            return None, None
        if word in ("and", "but", "or"):
            return self.coordinated(i)
        if word in ("at", "as") and (ends := self.distance_told(i)) != (None, None):
            return ends
        if word == ",":
            return self.apposed(i)
        noun = (word in SETTLEMENTS or word in THINGS) and word not in AREAS and word not in WAYS
        if word in SETTLEMENTS and (called := self.named_after()) is not None:
            # "one town 40 km from Y: X"
            return called, None
        if noun and (self.toponym(i - 1) or self.toponym(i - 2)):
            # "the X air base 40 km from Y"
            return self.noun_phrase(i), None
        k = i
        while self.word(k) in PLACED or (self.word(k) in ("at", "by") and k == i):
            k -= 1 + (self.word(k) in ("truth", "fact", "reality") and self.word(k - 1) == "in")
        if self.word(k) in COPULAS:
            return self.clause_subject(k)
        if self.word(k) in ("put", "puts", "placed", "places") and word == "at":
            subject = self.nearest(k)
            return subject, self.focus.resolve(k, exclude=(subject,), here=True)
        unseen = name_before(self.tokens, self.first)
        if unseen is not None and self.word_before(unseen) in PREPOSITIONS:
            # "Shells fell at Xan Yor 40 km from Y"
            return unseen, None
        held = (
            noun and self.word(i - 1) == "the" and self.word(i - 2) in ("in", "on", "among", "amid", "above")
        )
        if held and (holder := self.toponym(i - 3)) is not None and not is_country(holder):
            # "X in the hills 40 km from Y"
            return holder, None
        return self.before_aside(i) or self.predicated(i) or self.named_after(bare=False) or self.acting(
            i
        ), None

    def word_before(self, name: Toponym) -> str:
        """Return the word before a name that ends where the phrase begins."""
        k = self.first - 1
        while self.tokens[k].start > name.start:
            k -= 1
        return self.word(k - 1)

    def distance_told(self, i: int) -> Ends:
        """Return the ends of "puts the distance between A and B at 40 km", X of "places X at 40 km"."""
        if self.toponym(i - 1) is None:
            return None, None
        low = next((k for k in range(i - 1, max(0, i - 12), -1) if self.word(k) == "distance"), None)
        ends = [t for k in range(low or i - 1, i) if (t := self.toponym(k)) is not None]
        if low is None or len(ends) != 2:
            return ends[-1], None
        from_last = any(self.word(k) == "from" for k in range(low, i)) and self.word(i - 2) != "to"
        return (ends[0], ends[1]) if from_last else (ends[1], ends[0])

    def following(self) -> Toponym | None:
        """Return the subject that follows: "Ten miles east of X, the town of Y fell", "40 km on lies Y"."""
        i = self.tail.last
        if self.word(i) != "," and self.word(i) not in _INVERTED:
            return None
        inside = self.word(i + 1) in ("in", "at", "near")
        if (acted := self.acted_on(i + 1)) is not None:
            return acted
        i += 2 if inside else 1
        landmark = read_landmark(self.tokens, i)
        if landmark is not None and landmark.toponym is None and self.word(self.tail.last) == ",":
            return self.going_on(landmark)
        # "37 km from Blenheim, Marlborough, ...": a mark after the name makes it the landmark's province.
        if landmark is None or not self.word(landmark.last).isalpha():
            enclosed = self.word(self.first - 1) == "," and self.word(self.first - 2) in ("and", "or", "but")
            inverted = inside or enclosed or self.word(self.tail.last) in _INVERTED
            return landmark.toponym if landmark is not None and inverted else None
        return landmark.toponym

    def going_on(self, landmark: Landmark) -> Toponym | None:
        """Return what "40 km north of Y, the town had ...", "40 km north of Y, it was ..." go on about."""
        meant = landmark.kind == "settlement" and landmark.first + 1 < landmark.last
        if not (meant or landmark.kind == "it") or self.word(landmark.last) not in _HAD:
            return None
        return resolve_landmark(landmark, self.focus, self.first, self.named, subject=True)

    def acted_on(self, i: int) -> Toponym | None:
        """Return X of "40 km north of Y, troops entered X": what the verb of the clause at `i` takes."""
        for k in range(i + 1, i + 9):
            if (toponym := self.toponym(k)) is not None:
                return self.point(toponym, k + 1) if self.word(k - 1) in _TAKING else None
            if not self.word(k).isalpha():
                return None
        return None

    def named_after(self, *, bare: bool = True) -> Toponym | None:
        """
        Return X of "shells fell 40 km from Y, at X", "at the village of X", "a town 40 km from Y: X".

        After a comma a `bare` name counts, too; where nothing waits for one it would be Y's province.
        """
        i = self.tail.last
        mark = self.word(i) in (",", ":", "-", "–", "—")
        i += mark
        at = self.word(i) in ("at", "on") and (mark or self.word(i) == "at")
        if at or (self.word(i) in ("in", "near") and self.word(i + 1) in DETERMINERS):
            landmark = read_landmark(self.tokens, i + 1)
            of_town = landmark is not None and any(
                self.word(k) in SETTLEMENTS for k in range(landmark.first, landmark.last)
            )
            if landmark is None or not (of_town or (at and landmark.last == i + 2)):
                return None
            return self.point(landmark.toponym, landmark.last)
        if self.word(i) == "in" and self.tail.away and self.tail.landmark is None and not mark:
            # "heard 40 km away in X"
            return self.point(self.toponym(i + 1), i + 2)
        mark = mark and (bare or self.word(i - 1) == ":")
        i += self.word(i) in ("called", "named", "is")
        ends = not self.word(i + 1).isalpha() and self.toponym(i + 1) is None
        return self.point(self.toponym(i), i + 1) if mark and ends else None

    def point(self, toponym: Toponym | None, after: int) -> Toponym | None:
        """Return a name that is no country's or province's, None for those; `after` is the token after it."""
        whole = toponym is not None and (is_country(toponym) or self.word(after) in AREAS)
        return None if whole else toponym

    def coordinated(self, i: int) -> Ends:
        """Return the subject after "and": that of the claim it is joined to, or the place told last."""
        previous = self.previous
        if previous is not None and previous.sentence == self.tokens[self.first].sentence:
            between = self.tokens[previous.last : i]
            if len(between) <= 3 and all(token.toponym is None for token in between):
                return previous.subject, None
        if (head := self.before_aside(i - 1)) is not None:
            # "X, the army's last base in the west and 40 km from Y"
            return head, None
        if self.toponym(i - 1) is not None and self.word(i - 2) == "of" and read_compass(self.tokens, i - 3):
            # "The troops are north of X and 40 km from Y"
            return None, None
        k = i - 1 - (self.word(i - 1) in AREAS)
        placed = self.toponym(k) is not None and self.word(i - 1) in AREAS
        return (self.placed_first(i - 1) if placed else None) or self.nearest(i), None

    def apposed(self, comma: int) -> Ends:
        """Return what a figure after a comma is said of: "X, 40 km ...", "this village, 40 km ..."."""
        k = comma - 1
        if self.word(k) == ")":
            k = (self.opening_bracket(k) or k) - 1
        again = self.tail.landmark is not None or (self.tail.road and not self.tail.onward)
        if self.previous is not None and self.previous.last == comma and again:
            # "X, 40 km from Y, 60 km from Z", "X, an hour from Y, 60 km by road"
            return self.previous.subject or self.toponym(k), None
        if (toponym := self.toponym(k)) is not None and is_country(toponym) and self.word(k - 1) == ",":
            # "X, Russia, 40 km from Y"
            k, toponym = k - 2, self.toponym(k - 2)
        if toponym is not None and not self.tail.says_where() and self.word(k - 1) == "to":
            # "From A to B, 40 km, ..."
            start = self.start_told(k - 1)
            if start is not None and self.begins_way(k - 1):
                return toponym, start
        if toponym is not None and not is_country(toponym):
            thing = self.word(k - 1) in ("of", "at") and self.word(k - 2) in OF_TOWNS
            if thing and self.told_from_itself(k, k - 2):
                return None, None
            # A river is no point, so what lies 40 km from Y on it has no name.
            river = self.word(k - 1) == "the" and not is_thing(toponym)
            return self.placed_first(k) or self.holds(k) or (None if river else toponym), None
        word = self.word(k)
        if word in ("and", "or", "but"):
            # "A and, 40 km from B, C"
            return self.following(), None
        if word in COPULAS and (called := self.named_after()) is not None:
            # "Next is, 40 km from B, C"
            return called, None
        if word in AREAS and self.word(k - 2) == "(" and self.toponym(k - 3) is not None:
            # "X (Y district, 40 km from Z)"
            return self.toponym(k - 3), None
        if self.toponym(k - (word in AREAS)) is not None:
            head = self.placed_first(k) or self.holds(k - (word in AREAS))
            if head is not None:
                return head, None
        if word in AREAS and (head := self.predicated(k) or self.before_aside(k)) is not None:
            # "X lies in Y district, 40 km from Z"
            return head, None
        if word in SETTLEMENTS or word in THING_NOUNS or word in THINGS:
            held = self.holds(k - 1) if self.toponym(k - 1) else None
            return (
                self.named_after() or held or self.noun_phrase(k)
                or self.predicated(k) or self.before_aside(k)
            ), None  # fmt: skip
        if word in ("here", "there"):
            there = word == "there"
            return self.focus.resolve(comma, exclude=self.named, here=not there, latest=there), None
        opening = k
        while comma - opening < 12 and (self.toponym(opening) or self.word(opening) not in (",", "")):
            opening -= 1
        aside = [token.word for token in self.tokens[opening + 1 : comma]]
        if any(w in _SPEECH for w in aside) and self.word(opening - 1) in COPULAS:
            return self.clause_subject(opening - 1)
        owner = self.toponym(opening + 1) is not None and self.word(opening + 2) == "'"
        if (described := self.opening_noun(opening + 1)) is not None:
            return described, None
        opens = owner or (aside[:1] and (aside[0] in _RELATIVE or aside[0] in OPENING_WORDS))
        if opens and (placed := self.named_when(opening - 1)) is not None:
            # "X, where the army sits, 40 km from Y"
            return placed, None
        seen = name_before(self.tokens, comma) or self.announced(comma) or self.nearest(comma)
        if seen is None and any(
            a.isalpha() and a not in PREPOSITIONS and b == "there" for a, b in pairwise(aside)
        ):
            # "A refinery there is besieged, 40 km up the road"
            return self.focus.resolve(comma, exclude=self.named, latest=True), None
        return seen, None

    def opening_noun(self, i: int) -> Toponym | None:
        """Return what "The last big town of the west" at the head of a sentence means."""
        if self.word(i) != "the" or self.word(i - 1) != "":
            return None
        k = i + 1
        while k < i + 5 and self.word(k).isalpha() and self.word(k) not in SETTLEMENTS:
            k += 1
        placed = self.word(k) in SETTLEMENTS and self.word(k + 1) in ("of", "in", "on")
        named = self.toponym(k + 2) is not None and self.word(k + 3) != "'"
        return self.noun_phrase(k) if placed and not named else None

    def announced(self, comma: int) -> Toponym | None:
        """Return X of "at the other end, 40 km off, X", "its neighbour, 40 km off, is X"."""
        i = self.tail.last
        k = comma
        while comma - k < REACH_LEFT and (self.word(k - 1).isalpha() or self.word(k - 1) == "-"):
            k -= 1
        if self.word(i) != "," or self.toponym(k - 1) is not None:
            return None
        i += 1 + (self.word(i + 1) in ("is", "was", "lies"))
        return self.point(self.toponym(i), i + 1)
