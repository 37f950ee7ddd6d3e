"""What a phrase places: "X, 40 km from Y", "the town is ...", "it lies ...", "40 km on, X fell".

A phrase stands in apposition, in parenthesis, after a verb of being or before its subject; each has its own
way to the name. A thing without a name ("a checkpoint 40 km west of X") has no subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.model import Toponym
from mapper.text.focus import SETTLEMENTS, Focus, is_country
from mapper.text.landmarks import DETERMINERS, read_landmark, resolve_landmark
from mapper.text.lexicon import word_class
from mapper.text.tails import Tail
from mapper.text.tokens import PARAGRAPH, Token, toponym_at, word_at

COPULAS = word_class("copula")
_PLURAL = frozenset(["are", "were"])
_PLACED = word_class("placed")
_SPEECH = word_class("speech")
_CLAUSE_MARKS = frozenset((";", ":", '"', "“", "”", "(", ")", "—", "–", PARAGRAPH, "[", "]", "|", ">"))
_CLAUSE_WORDS = word_class("clause")
_PREPOSITIONS = word_class("preposition")
_INVERTED = word_class("inverted")
_THING_NOUNS = word_class("thing_noun")
_REACH_LEFT = 40


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


def read_subject(
    tokens: Sequence[Token], first: int, tail: Tail, focus: Focus, previous: Previous | None
) -> tuple[Toponym | None, Toponym | None]:
    """
    Return what the phrase at `first` places and, where its clause is about a distance, the other end.

    None for a thing without a name.
    """
    named = (_other_end(tail, focus, first),)
    i = first - 1
    word = word_at(tokens, i)
    sentence = tokens[first].sentence
    if i < 0 or tokens[i].sentence != sentence or word in (PARAGRAPH, ";"):
        if _ends_sentence(tokens, tail.last) and word != ";":
            # A sentence without a verb goes on about the place before: "#X - shelled. 100 km from Y."
            return focus.resolve(first, exclude=named), None
        return _following(tokens, tail), None
    if word in ("(", "["):
        return _nearest(tokens, i, sentence, reach=4), None
    if (toponym := tokens[i].toponym) is not None:
        if word_at(tokens, i - 1) == "from" and tail.landmark is None:
            return (previous.subject if previous else None), toponym
        return toponym, None
    if word in ("-", "–", "—", ":"):
        return (tokens[i - 1].toponym if i else None) or _following(tokens, tail), None
    if word in ("and", "but", "or") or (word == "," and word_at(tokens, i - 1) in ("and", "but")):
        return _coordinated(tokens, i, sentence, previous, focus, named, tail)
    if word == ",":
        return _apposed(tokens, i, sentence, focus, named)
    k = i
    while word_at(tokens, k) in _PLACED or (word_at(tokens, k) in ("at", "by") and k == i):
        k -= 1
    if word_at(tokens, k) in COPULAS:
        return _clause_subject(tokens, k, sentence, focus, named, previous)
    if word_at(tokens, k) in ("put", "puts", "puts", "placed", "places") and word == "at":
        return _put(tokens, k, sentence, focus)
    return _in_parenthesis(tokens, i, sentence), None


def _other_end(tail: Tail, focus: Focus, index: int) -> Toponym | None:
    """Return the landmark if it is a name or as good as one, so that the subject is another place."""
    if tail.landmark is not None and tail.landmark.kind in ("name", "capital"):
        return resolve_landmark(tail.landmark, focus, index)
    return None


def _ends_sentence(tokens: Sequence[Token], i: int) -> bool:
    return i >= len(tokens) or word_at(tokens, i) in (".", PARAGRAPH, "!", "?")


def _nearest(tokens: Sequence[Token], i: int, sentence: int, reach: int = _REACH_LEFT) -> Toponym | None:
    """Return the nearest place named to the left in the sentence, countries left out."""
    for k in range(i - 1, max(-1, i - 1 - reach), -1):
        if tokens[k].sentence != sentence or tokens[k].word == ";":
            return None
        toponym = tokens[k].toponym
        if toponym is not None and not is_country(toponym):
            return toponym
    return None


def _following(tokens: Sequence[Token], tail: Tail) -> Toponym | None:
    """Return the subject that follows: "Ten miles east of X, the village of Y fell", "40 km on lies Y"."""
    i = tail.last
    if word_at(tokens, i) == "," or word_at(tokens, i) in _INVERTED:
        i += 1
    else:
        return None
    if word_at(tokens, i) in ("in", "at", "near"):
        i += 1
    landmark = read_landmark(tokens, i)
    return landmark.toponym if landmark is not None else None


def _coordinated(
    tokens: Sequence[Token], i: int, sentence: int, previous: Previous | None, focus: Focus,
    named: tuple[Toponym | None, ...], tail: Tail,
) -> tuple[Toponym | None, Toponym | None]:  # fmt: skip
    """Return the subject after "and": that of the claim it is joined to, or the place told last."""
    joined = previous is not None and previous.sentence == sentence and i - previous.last <= 3
    if previous is not None and joined and all(t.toponym is None for t in tokens[previous.last : i]):
        return previous.subject, None
    return _nearest(tokens, i, sentence), None


def _apposed(
    tokens: Sequence[Token], comma: int, sentence: int, focus: Focus, named: tuple[Toponym | None, ...]
) -> tuple[Toponym | None, Toponym | None]:
    """Return what a figure after a comma is said of: "X, 40 km ...", "this village, 40 km ..."."""
    k = comma - 1
    if word_at(tokens, k) == ")":
        while k > 0 and comma - k < 12 and word_at(tokens, k) != "(":
            k -= 1
        k -= 1
    if (toponym := toponym_at(tokens, k)) is not None and not is_country(toponym):
        return toponym, None
    word = word_at(tokens, k)
    if word in SETTLEMENTS or word in _THING_NOUNS:
        return _noun_phrase(tokens, k, sentence, focus, named), None
    if word in ("here", "there"):
        return focus.resolve(comma, exclude=named, here=word == "here", latest=word == "there"), None
    opening = k
    while (
        opening > 0
        and tokens[opening].sentence == sentence
        and word_at(tokens, opening) != ","
        and comma - opening < 12
    ):
        opening -= 1
    aside = [t.word for t in tokens[opening + 1 : comma]]
    if any(w in _SPEECH for w in aside) and word_at(tokens, opening - 1) in COPULAS:
        return _clause_subject(tokens, opening - 1, sentence, focus, named, None)
    return _nearest(tokens, comma, sentence), None


def _noun_phrase(
    tokens: Sequence[Token], noun: int, sentence: int, focus: Focus, named: tuple[Toponym | None, ...]
) -> Toponym | None:
    """Return the place that "the town", "this village" means; None for "a village" and for things."""
    for k in range(noun - 1, max(-1, noun - 5), -1):
        word = word_at(tokens, k)
        if tokens[k].toponym is not None and tokens[noun].word in SETTLEMENTS:
            return tokens[k].toponym
        if word in ("a", "an", ",", "") or tokens[k].sentence != sentence:
            return (
                tokens[k - 1].toponym
                if word in ("a", "an") and word_at(tokens, k - 1) == "" and k
                else _before(tokens, k)
            )
        if word in DETERMINERS:
            if tokens[noun].word in SETTLEMENTS:
                return focus.resolve(noun, exclude=named, here=word == "this", latest=word == "that")
            return focus.containing(noun, tokens[noun].word)
    return None


def _before(tokens: Sequence[Token], k: int) -> Toponym | None:
    """Return the name that an indefinite apposition is about: "X, a village, 40 km ..."."""
    return toponym_at(tokens, k - 2) if word_at(tokens, k - 1) == "," else toponym_at(tokens, k - 1)


def _in_parenthesis(tokens: Sequence[Token], i: int, sentence: int) -> Toponym | None:
    """Return X of "X, a village some 40 km ...", "X, on the bank 6 km ...": an aside after a name."""
    for k in range(i, max(0, i - 9), -1):
        token = tokens[k]
        if token.sentence != sentence or token.toponym is not None:
            return None
        if token.word == ",":
            lead = word_at(tokens, k + 1)
            opens = lead in _PREPOSITIONS or lead in (
                "a",
                "an",
                "the",
                "itself",
                "another",
                "also",
                "which",
                "lying",
                "about",
            )
            toponym = toponym_at(tokens, k - 1)
            return toponym if opens and toponym is not None and not is_country(toponym) else None
    return None


def _put(
    tokens: Sequence[Token], verb: int, sentence: int, focus: Focus
) -> tuple[Toponym | None, Toponym | None]:
    """Return the ends of "Y, which he put at 300 km": Y, from here."""
    subject = _nearest(tokens, verb, sentence)
    return subject, focus.resolve(verb, exclude=(subject,), here=True)


def _clause_subject(
    tokens: Sequence[Token], copula: int, sentence: int, focus: Focus, named: tuple[Toponym | None, ...], previous: Previous | None,
) -> tuple[Toponym | None, Toponym | None]:  # fmt: skip
    """Return the subject of "is", "lies" at `copula`: a name, or what "it", "the town", "which" means."""
    before = word_at(tokens, copula) if word_at(tokens, copula) == "it's" else word_at(tokens, copula - 1)
    if before in ("it", "it's"):
        there = word_at(tokens, copula - 2) == "there" and before == "it"
        return focus.resolve(copula, exclude=named, recent=True, latest=there), None
    if before in ("which", "that", "who"):
        return _nearest(tokens, copula - 1, sentence), None
    if before in ("there", "they", "we", "he", "she", "both", "i", "you"):
        return None, None
    toponym = toponym_at(tokens, copula - 1)
    if toponym is not None and word_at(tokens, copula - 2) not in _PREPOSITIONS | {"and"}:
        return toponym, None
    if (
        toponym is not None
        and word_at(tokens, copula) in _PLURAL
        and (other := toponym_at(tokens, copula - 3))
    ):
        return toponym, other
    start = _clause_start(tokens, copula, sentence)
    return _head(tokens, start, copula, sentence, focus, named, previous)


def _joins_names(tokens: Sequence[Token], k: int) -> bool:
    """Tell whether the "and" at `k` stands between two names or between two common nouns."""
    return (toponym_at(tokens, k - 1) is None) == (toponym_at(tokens, k + 1) is None)


def _clause_start(tokens: Sequence[Token], copula: int, sentence: int) -> int:
    """Return where the clause of a verb begins, passing over an aside between commas before it."""
    k = copula - 1
    if word_at(tokens, k) == ",":
        k -= 1
        while (
            k > 0
            and tokens[k].sentence == sentence
            and word_at(tokens, k) != ","
            and copula - k < _REACH_LEFT
        ):
            k -= 1
        k -= 1
    while k >= 0 and copula - k < _REACH_LEFT:
        word = word_at(tokens, k)
        if tokens[k].sentence != sentence or word in _CLAUSE_MARKS:
            return k + 1
        if word == "that" and tokens[k + 1].word in SETTLEMENTS:
            return k
        if word in _CLAUSE_WORDS and not (word == "and" and _joins_names(tokens, k)):
            return k + 1
        if (
            word == ","
            and tokens[k + 1].toponym is not None
            and word_at(tokens, k + 2) in (",", "is", "lies", "was")
        ):
            return k + 1
        k -= 1
    return k + 1


def _head(
    tokens: Sequence[Token], start: int, copula: int, sentence: int, focus: Focus, named: tuple[Toponym | None, ...],
    previous: Previous | None,
) -> tuple[Toponym | None, Toponym | None]:  # fmt: skip
    """Return what the noun phrase at the head of a clause means."""
    i = start
    lead = word_at(tokens, i)
    if lead in ("from", "between"):
        ends = [t.toponym for t in tokens[i:copula] if t.toponym is not None]
        if len(ends) >= 2:
            return ends[1], ends[0]
    if lead in _PREPOSITIONS:
        while i < copula and word_at(tokens, i) != ",":
            i += 1
        i = i + 1 if i < copula else start
    span = tokens[i:copula]
    words = [t.word for t in span if t.toponym is None]
    if any(w in ("distance", "journey", "drive", "trip", "way") for w in words[:4]):
        ends = [t.toponym for t in span if t.toponym is not None] or _last_two(tokens, i)
        return (ends[-1], ends[-2]) if len(ends) >= 2 else (None, None)
    if word_at(tokens, copula) in _PLURAL and not any(t.toponym is not None for t in span[:1]):
        return None, None
    phrase = read_landmark(tokens, i)
    if phrase is None or phrase.first > i or phrase.last > copula:
        return None, None
    if phrase.toponym is not None:
        return phrase.toponym, None
    return resolve_landmark(phrase, focus, i, named, subject=True), None


def _last_two(tokens: Sequence[Token], i: int) -> list[Toponym]:
    """Return the two places named last before `i`, countries left out, the latest at the end."""
    found: list[Toponym] = []
    for k in range(i - 1, max(-1, i - 60), -1):
        toponym = tokens[k].toponym
        if toponym is not None and not is_country(toponym):
            found.append(toponym)
            if len(found) == 2:
                break
    return found[::-1]
