"""What is told of each place of a report, by a small transformer encoder that reads several sentences.

The judge of the full gear. It reads a well-known city for every place name, another one for each place, so
that it learns what is said and not where wars were; and it sees what the frames have read, which it may
doubt. It answers at each name, and at each word for places that a sentence does not name: then it points at
the name that is meant. The recipe in `data/train_event_encoder.py` makes the same arrays by these functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mapper.model import Toponym
from mapper.text.cues import READ, read_flags
from mapper.text.encoder import CLS, SEP, Shipped
from mapper.text.syntax import MAX_CHARS, Sentence
from mapper.text.telling import CERTAINTIES, FAMILIES, KINDS, Family, OfName, OfWords, Passage, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

STAND_INS = (
    "london", "paris", "berlin", "rome", "madrid", "vienna", "moscow", "dublin", "chicago", "boston",
    "detroit", "seattle", "houston", "dallas", "denver", "atlanta", "miami", "cleveland", "baltimore",
    "philadelphia", "toronto", "montreal", "sydney", "melbourne", "tokyo",
)  # fmt: skip
WIDTH = 252  # pieces of a window, at most
ASKED = 128  # numbers of a question and of a key
_FULL = 180  # a window of so many pieces takes no further sentence
_EARLIER, _BEFORE = 6, 2  # names and sentences before those asked of, that a window shows too
_MEANT = 0.5  # the least chance of the place that a word is about
_SAME_MENTION = 0.2  # of the likeliest word's chance: that of words beside it which name the doer with it
_COMMA = 1010  # in the vocabulary of BERT
_RESOURCES = files("mapper") / "resources" / "events"
# What the encoder gives for each piece, in the order of its columns.
_COLUMNS = {
    "kinds": len(KINDS), "unnamed": len(KINDS), "certainties": len(CERTAINTIES),
    "who": ASKED, "someone": ASKED, "nobody": 1, "where": ASKED, "somewhere": ASKED, "nowhere": 1,
}  # fmt: skip


class Pieces(NamedTuple):
    """Pieces of a text: ids in the vocabulary (-1 - i for its place i), character offsets."""

    ids: list[int]
    starts: list[int]
    ends: list[int]


@dataclass(frozen=True, slots=True)
class Window:
    """What the encoder reads at once.

    `marks` say what each piece is: 1 a place, 2 a name that stands for a government, 3 a trigger of an action
    elsewhere; `flags` (pieces, `READ`) what frames have read there. `asked` holds
    for each passage its number, the piece of each of its names (-1: cut off) and the pieces of its words.
    """

    pieces: Pieces
    marks: NDArray[np.int64]
    flags: NDArray[np.float32]
    asked: tuple[tuple[int, NDArray[np.int64], NDArray[np.int64]], ...]


def read_windows(
    text: str,
    sentences: Sequence[Sentence],
    places: Sequence[Toponym],
    passages: Sequence[Passage],
    tokenizer: Tokenizer,
) -> Iterator[Window]:
    """Yield the windows of a text: sentences that follow each other, and for context what comes before."""
    shown = [_pieces(text, s, places, tokenizer) for s in sentences]
    numbers = {passage.sentence.start: i for i, passage in enumerate(passages)}
    first = 0
    while first < len(shown):
        size, before = 0, first
        while before and first - before < _BEFORE and size + len(shown[before - 1].ids) <= _FULL // 2:
            before -= 1
            size += len(shown[before].ids)
        last = first
        while last < len(shown) and (last == first or size + len(shown[last].ids) <= _FULL):
            size += len(shown[last].ids)
            last += 1
        # A longer run without an end is no sentence.
        own = [s for s in sentences[first:last] if s.end - s.start <= MAX_CHARS]
        asked = [numbers[s.start] for s in own if s.start in numbers]
        if asked:
            span = sentences[before].start, sentences[last - 1].end
            earlier = _earlier(text, places, span)
            yield _window([earlier, *shown[before:last]], asked, passages, places)
        first = last


def _pieces(text: str, sentence: Sentence, places: Sequence[Toponym], tokenizer: Tokenizer) -> Pieces:
    pieces = Pieces([], [], [])
    at, end = sentence.start, min(sentence.end, sentence.start + MAX_CHARS)

    def read_to(stop: int) -> None:
        encoding = tokenizer.encode(text[at:stop], add_special_tokens=False)
        pieces.ids.extend(encoding.ids)
        pieces.starts.extend(at + first for first, _ in encoding.offsets)
        pieces.ends.extend(at + last for _, last in encoding.offsets)

    for i, place in enumerate(places):
        if at <= place.start and place.end <= end:
            read_to(place.start)
            pieces.ids.append(-1 - i)
            pieces.starts.append(place.start)
            pieces.ends.append(place.end)
            at = place.end
    read_to(end)
    return pieces


def _earlier(text: str, places: Sequence[Toponym], span: tuple[int, int]) -> Pieces:
    """Return the names that stand most often before a span and not in it, where each stands last."""
    count: Counter[str] = Counter()
    last: dict[str, int] = {}
    for i, place in enumerate(places):
        if place.start < span[0]:
            name = text[place.start : place.end].casefold()
            count[name] += 1
            last[name] = i
    for place in places:
        if span[0] <= place.start < span[1]:
            count.pop(text[place.start : place.end].casefold(), None)
    most = sorted(count, key=lambda name: (count[name], last[name]), reverse=True)[:_EARLIER]
    pieces = Pieces([], [], [])
    for i in sorted(last[name] for name in most):
        pieces.ids.extend((-1 - i, _COMMA))
        pieces.starts.extend((places[i].start, places[i].end))
        pieces.ends.extend((places[i].end, places[i].end))
    return pieces


def _window(
    shown: Sequence[Pieces], asked: Sequence[int], passages: Sequence[Passage], places: Sequence[Toponym]
) -> Window:
    pieces = Pieces(*([x for part in shown for x in part[field]][:WIDTH] for field in range(3)))
    ids, starts, ends = (np.array(field, np.int64) for field in pieces)
    marks = np.zeros(len(ids), np.int64)
    flags = np.zeros((len(ids), len(READ)), np.float32)
    for at in np.flatnonzero(ids < 0).tolist():
        marks[at] = 1 if places[-1 - ids[at]].role == "literal" else 2
    questions = []
    for p in asked:
        own = (starts >= passages[p].sentence.start) & (starts < passages[p].sentence.end)
        names = []
        for cue in passages[p].cues:
            found = np.flatnonzero(own & (starts < cue.end) & (cue.start < ends) & ((ids < 0) == cue.named))
            if cue.named:
                names.append(int(found[0]) if len(found) else -1)
            if not len(found):
                continue
            if not cue.named:
                marks[found[0]] = 3
            flags[found[0]] = np.maximum(flags[found[0]], read_flags(cue.kinds))
        questions.append((p, np.array(names, np.int64), np.flatnonzero(own & (ids >= 0))))
    return Window(pieces, marks, flags, tuple(questions))


def stood_in(text: str, pieces: Pieces, names: Sequence[int]) -> NDArray[np.int64]:
    """Return ids in the vocabulary, with one of `names` for each place, the same for the same name."""
    given: dict[str, int] = {}
    return np.array(
        [
            names[given.setdefault(text[start:end].casefold(), len(given)) % len(names)]
            if piece < 0
            else piece
            for piece, start, end in zip(*pieces, strict=True)
        ],
        np.int64,
    )


class EventEncoder(Shipped):
    """The shipped judge of events."""

    weights = _RESOURCES / "encoder.onnx"

    def __call__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        places: Sequence[Toponym],
        passages: Sequence[Passage],
    ) -> list[Told]:
        """Return what each passage tells; what lies too far into a long sentence is not read."""
        told = [Told([None] * len(passage.names), {}) for passage in passages]
        for window in read_windows(text, sentences, places, passages, self._tokenizer):
            answers = _Answers(text, window, self._run(text, window), self._asked, places)
            for p, names, words in window.asked:
                of_names = [None if at < 0 else answers.of_name(at) for at in names.tolist()]
                told[p] = Told(of_names, answers.of_words(words))
        return told

    def _run(self, text: str, window: Window) -> dict[str, NDArray[np.float32]]:
        """Return what the encoder gives for each piece."""
        width = len(window.pieces.ids) + 2
        pieces, marks = np.zeros((1, width), np.int64), np.zeros((1, width), np.int64)
        flags = np.zeros((1, width, len(READ)), np.float32)
        pieces[0, 0], pieces[0, 1:-1], pieces[0, -1] = CLS, stood_in(text, window.pieces, self._names), SEP
        marks[0, 1:-1], flags[0, 1:-1] = window.marks, window.flags
        inputs = {"pieces": pieces, "attention": np.ones_like(pieces), "marks": marks, "flags": flags}
        (rows,) = self._session.run(None, inputs)
        parts = np.split(rows[0, 1:-1], np.cumsum(list(_COLUMNS.values()))[:-1], axis=1)
        return dict(zip(_COLUMNS, parts, strict=True))

    @cached_property
    def _names(self) -> list[int]:
        return [self._tokenizer.token_to_id(name) or 0 for name in STAND_INS]

    @cached_property
    def _asked(self) -> dict[str, NDArray[np.float32]]:
        """What each of `KINDS` adds to a question, and to the answer that there is none."""
        with as_file(_RESOURCES / "asked.npz") as path, np.load(path) as kept:
            return {name: kept[name] for name in kept.files}


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the encoder's rows say of a window."""

    text: str
    window: Window
    rows: dict[str, NDArray[np.float32]]
    asked: dict[str, NDArray[np.float32]]
    places: Sequence[Toponym]

    def of_name(self, at: int) -> OfName:
        """Return what is told at the name that piece `at` is."""
        kinds, certainties = _sigmoid(self.rows["kinds"][at]), _softmax(self.rows["certainties"][at])
        return OfName(kinds, certainties, partial(self._doer, at))

    def of_words(self, words: NDArray[np.int64]) -> dict[Family, OfWords]:
        """Return what the likeliest of some words tells of each family."""
        if not len(words):
            return {}
        chances = _sigmoid(self.rows["unnamed"][words])
        found = {}
        for first, last in FAMILIES:
            row, kind = divmod(int(chances[:, first:last].argmax()), last - first)
            place = self._place(int(words[row]), first + kind)
            found[first, last] = OfWords(float(chances[row, first + kind]), place)
        return found

    def _doer(self, at: int, kind: int) -> str:
        """Return the words that name who did it, "" if none are likely."""
        chances = self._pointed(
            ("who", "someone", "nobody"), at, kind, np.arange(len(self.window.pieces.ids))
        )
        first = last = int(chances[:-1].argmax())
        least = chances[first] * _SAME_MENTION
        starts, ends = self.window.pieces.starts, self.window.pieces.ends
        while first and starts[first] - ends[first - 1] <= (chances[first - 1] >= least):
            first -= 1
        while last + 1 < len(starts) and starts[last + 1] - ends[last] <= (chances[last + 1] >= least):
            last += 1
        if chances[first : last + 1].sum() < _MEANT:
            return ""
        return " ".join(self.text[starts[first] : ends[last]].split())

    def _place(self, at: int, kind: int) -> Toponym | None:
        """Return the place that a word is about, if one is likely; mentions of one name count together."""
        there = np.flatnonzero((self.window.marks == 1) | (self.window.marks == 2))
        chances = self._pointed(("where", "somewhere", "nowhere"), at, kind, there)
        mentions: dict[str, list[tuple[float, int]]] = {}
        for chance, i in zip(chances.tolist(), there.tolist(), strict=False):
            number = -1 - self.window.pieces.ids[i]
            place = self.places[number]
            mentions.setdefault(self.text[place.start : place.end].casefold(), []).append((chance, number))
        for found in mentions.values():
            if sum(chance for chance, _ in found) >= _MEANT:
                return self.places[max(found)[1]]
        return None

    def _pointed(
        self, columns: tuple[str, str, str], at: int, kind: int, pieces: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the chances that each of some pieces answers a question; the last is that none does."""
        question, key, none = columns
        asked = self.rows[question][at] + self.asked[question][kind]
        scores = self.rows[key][pieces] @ asked / np.sqrt(ASKED)
        return _softmax(np.append(scores, self.rows[none][at] + self.asked[none][kind]))


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-x)), np.float32)


def _softmax(x: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(x - x.max())
    return np.asarray(powers / powers.sum(), np.float32)
