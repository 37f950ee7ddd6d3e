"""Which place of a report "the town", "here", "it", "the capital" or an unsaid landmark means.

A reader keeps the places told so far in mind, the latest and the weightiest first. Each mention adds to its
place, fades from sentence to sentence, and counts more where it is what the sentence is about (after Lappin
and Leass 1994, An algorithm for pronominal anaphora resolution, Computational Linguistics 20(4), and Grosz,
Joshi and Weinstein 1995, Centering, same journal 21(2)). The words know no coordinates: whether the answer
makes sense on a map is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mapper.model import Toponym
from mapper.text.fates import same_fate, tells_fate
from mapper.text.lexicon import word_class
from mapper.text.quantities import is_unit
from mapper.text.tokens import PARAGRAPH, Token, inside_quotes, word_at
from mapper.words import read_table

SETTLEMENTS = word_class("settlement")
# Weights of one mention, chosen on reports of our own; the order matters more than the figures.
_FIRST, _OTHER, _LANDMARK, _QUOTED, _ASSOCIATIVE, _WRITTEN_FROM = 1.6, 1.0, 0.35, 0.4, 0.3, 0.5
_FADE, _FADE_RECENT, _STAY, _FAINT = 0.5, 0.3, 0.35, 0.45
_HEADING, _STOOD_FOR, _PLACED = 0.5, 0.8, 0.4
_MEMORY = 80
_TOLD_NEAR = 6  # words to either side of a name that tell of its fate
_TOLD_FAR = 30  # and behind a name that its sentence begins with
_OTHERS = 8  # places that an unsaid landmark may mean beside the likeliest
_CALENDAR = word_class("calendar")
_RIVERS = frozenset(("river", "stream", "creek", "canal", "bank", "waterway"))
_MARKS = frozenset((".", "!", "?", '"', "”", ")", ":"))
_DEFINITE = frozenset(["the", "this", "that"])
_SPEAKERS = word_class("speaker")
# "The capital of X" is another place than X; "the quarter of X" is no town; "columns of X" have left it.
_PART_OF = word_class("part_of")
_OF_THING = word_class("structure")
AREAS = word_class("area")
_QUARTERS = frozenset(["quarter", "quarters", "suburb", "suburbs", "neighbourhood", "neighborhood"])


@dataclass(slots=True)
class _Mention:
    """
    A place spoken of: by name, or by a word that stands for it.

    What is placed by a distance is the figure, what it is placed from the ground (Talmy 2000, Toward a
    Cognitive Semantics, chapter 5): `weight` is how much the place is what the text goes on about, `ground`
    how much it is what other places are told from.
    """

    index: int
    key: str
    toponym: Toponym
    weight: float
    ground: float
    sentence: int
    paragraph: int


@dataclass
class Focus:
    """
    The places of one report in the order in which they are spoken of.

    Parameters
    ----------
    tokens
        The report's tokens. Countries are never meant by "the town" and are left out.
    landmarks
        The names that a distance is counted from.
    """

    tokens: Sequence[Token]
    dateline: Toponym | None = None
    landmarks: frozenset[Toponym] = frozenset()
    _mentions: list[_Mention] = field(default_factory=list)
    headings: dict[int, Toponym] = field(default_factory=dict)
    _bylines: frozenset[Toponym] = frozenset()
    quoted: list[bool] = field(default_factory=list)
    _next: int = 0

    def __post_init__(self) -> None:
        self.quoted = inside_quotes(self.tokens)
        self.dateline = _dateline(self.tokens)
        self.headings, self._bylines = _headings(self.tokens)
        self._seen_sentences: set[int] = set()
        self.titles = _titles(self.tokens)
        self.names = [i for i, t in enumerate(self.tokens) if t.toponym and not is_country(t.toponym)]
        self.told = Counter(key(t) for i in self.names if (t := self.tokens[i].toponym))
        self.words = Counter(key(t.toponym) if t.toponym else t.word for t in self.tokens)
        self.lead = self.tokens[self.names[0]].toponym if self.names else None

    def mention(self, index: int, toponym: Toponym, weight: float = _OTHER, *, placed: bool = False) -> None:
        """Note that the word at `index` stands for `toponym`, perhaps `placed` by a distance after it."""
        token = self.tokens[index]
        if is_thing(toponym):
            weight = min(weight, _ASSOCIATIVE)
        ground = weight * (_PLACED if placed else 1.0)
        self._mentions.append(
            _Mention(index, key(toponym), toponym, weight, ground, token.sentence, token.paragraph)
        )

    def background(self, toponym: Toponym, *, landmark: bool) -> None:
        """Note that a name only said where something is, or was itself told with its distance."""
        for mention in reversed(self._mentions[-4:]):
            if mention.toponym is toponym:
                if landmark:
                    mention.weight, mention.ground = (
                        min(mention.weight, _LANDMARK),
                        min(mention.ground, _OTHER),
                    )
                else:
                    mention.ground *= _PLACED

    def advance(self, index: int) -> None:
        """Take in the named places before the token at `index`."""
        while self._next < index:
            token = self.tokens[self._next]
            if token.toponym is not None and not is_country(token.toponym):
                self._mentions.append(self._named(token))
            elif token.word in SETTLEMENTS and self._stands_for_place(self._next):
                before = self.tokens[self._next - 1].word if self._next else ""
                i = self._next
                toponym = self.told_as(i, before, ()) or self.resolve(i, latest=before == "that")
                if toponym is not None:
                    self.mention(self._next, toponym, _STOOD_FOR)
            elif token.word == "here" and (place := self.headings.get(token.paragraph, self.dateline)):
                # "X, 9.00. It is calm here. Y, 5 km away, ...": told from X.
                self.mention(self._next, place, _STOOD_FOR)
            self._next += 1

    def _stands_for_place(self, i: int) -> bool:
        """Tell whether the noun at `i` is "the town" alone, not "the town of X" or "X, the old town"."""
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if after is not None and (after.toponym is not None or after.word in ("of", "'", "'s")):
            return False
        for k in range(i - 1, max(-1, i - 4), -1):
            if self.tokens[k].word in _DEFINITE:
                return k == 0 or self.tokens[k - 1].word != "," or self.tokens[max(0, k - 2)].toponym is None
            if not self.tokens[k].word.isalpha() or self.tokens[k].toponym is not None:
                return False
        return False

    def _named(self, token: Token) -> _Mention:
        assert token.toponym is not None
        weight = _OTHER if token.sentence in self._seen_sentences else _FIRST
        self._seen_sentences.add(token.sentence)
        if self.quoted[self._next]:
            weight = min(weight, _QUOTED)
        if token.toponym.role == "associative" or self.is_aside(self._next) or self.is_articled(self._next):
            weight = _ASSOCIATIVE
        if token.toponym is self.dateline or token.sentence in self.titles:
            weight = min(weight, _WRITTEN_FROM)
        if token.toponym in self._bylines:
            weight = min(weight, _OTHER)
        return _Mention(
            self._next, key(token.toponym), token.toponym, weight, weight, token.sentence, token.paragraph
        )

    def is_articled(self, i: int) -> bool:
        """Tell whether the name at `i` takes an article, as rivers and regions do and towns don't."""
        after = self.tokens[i + 1].word if i + 1 < len(self.tokens) else ""
        return i > 0 and self.tokens[i - 1].word == "the" and after not in SETTLEMENTS

    def is_aside(self, i: int) -> bool:
        """Tell whether the name at `i` is where a speaker sits, or part of a thing's or a province's name."""
        words = [t.word for t in self.tokens[max(0, i - 4) : i]]
        speaker = (
            words[-1:] and words[-1] in ("in", "at", "from") and any(w in _SPEAKERS for w in words[-4:-1])
        )
        after = self.tokens[i + 1].word if i + 1 < len(self.tokens) else ""
        province = words[-1:] == ["of"] and words[-2:-1] and words[-2] in _PART_OF
        # "The district of X" is an area of that name, "the port district of X" a part of the town.
        inner = words[-2:-1] == ["district"] and words[-3:-2] not in ([], ["the"], ["a"])
        toponym = self.tokens[i].toponym
        thing = (
            is_attribute(self.tokens, i)
            or after in _OF_THING
            or after in AREAS
            or after in _QUARTERS
            or (toponym is not None and is_thing(toponym))
        )
        return bool(speaker or (province and not inner)) or thing

    def resolve(
        self,
        index: int,
        *,
        exclude: Sequence[Toponym | None] = (),
        recent: bool = False,
        here: bool = False,
        latest: bool = False,
        topic: bool = False,
    ) -> Toponym | None:
        """
        Return the toponym that is most in mind before the token at `index`.

        Parameters
        ----------
        index
            Where the expression stands.
        exclude
            Toponyms that it can't mean, because they are the other end of the same statement.
        recent
            Let the last sentences count alone ("it").
        latest
            Let the last place win that was more than a landmark ("that village", "40 km farther on").
        here
            Let the place of the dateline or of the paragraph's heading win.
        topic
            Let the place win that the report goes on about, not what others are told from.

        Returns
        -------
        toponym
            The latest mention of the winning place, None when nothing is left to choose from.
        """
        self.advance(index)
        barred = {key(t) for t in exclude if t is not None}
        token = self.tokens[min(index, len(self.tokens) - 1)]
        heading = self.headings.get(token.paragraph)
        for deictic in (heading, self.dateline, self.lead):
            if here and deictic is not None and key(deictic) not in barred:
                return deictic
        known = [m for m in self._mentions[-_MEMORY:] if m.key not in barred and m.index < index]
        if latest and (strong := [m for m in known if m.weight > _FAINT]):
            return strong[-1].toponym
        return next(iter(self._ranked(known, token, recent, topic=topic)), None)

    def written_from(self, index: int) -> Toponym | None:
        """Return the place of the heading or of the dateline that holds at a token, None without either."""
        return self.headings.get(self.tokens[min(index, len(self.tokens) - 1)].paragraph, self.dateline)

    def others(self, index: int, exclude: Sequence[Toponym | None]) -> tuple[Toponym, ...]:
        """
        Return the places in mind before the token at `index` but those in `exclude`, the likeliest first.

        Where the report is written, and what it begins with, are in mind to its end.
        """
        self.advance(index)
        barred = {key(t) for t in exclude if t is not None}
        known = [m for m in self._mentions[-_MEMORY:] if m.key not in barred and m.index < index]
        token = self.tokens[min(index, len(self.tokens) - 1)]
        ranked = self._ranked(known, token, recent=False)
        heads = {key(t) for t in (self.dateline, self.lead) if t is not None}
        return (*ranked[:_OTHERS], *(t for t in ranked[_OTHERS:] if key(t) in heads))

    def _ranked(
        self, known: Sequence[_Mention], token: Token, recent: bool, *, topic: bool = False
    ) -> list[Toponym]:
        """Return the places by the weight of their mentions, faded until `token`."""
        heading = self.headings.get(token.paragraph)
        scores: dict[str, float] = {}
        latest: dict[str, Toponym] = {}
        for mention in known:
            age = token.sentence - mention.sentence + (token.paragraph - mention.paragraph)
            fade = (_FADE_RECENT if recent else _FADE) ** min(age, 30)
            scores[mention.key] = scores.get(mention.key, 0.0) + (
                min(mention.weight, mention.ground) if topic else mention.weight if recent else mention.ground
            ) * max(fade, 0.0 if recent else _STAY)
            latest[mention.key] = mention.toponym
        about = heading is not None and heading not in self._bylines
        if about and heading is not None and not recent and key(heading) in scores:
            scores[key(heading)] += _HEADING
        order = sorted(scores, key=lambda k: (scores[k], latest[k].start), reverse=True)
        return [latest[k] for k in order]

    def standing(self, index: int) -> tuple[list[str], list[str], frozenset[str]]:
        """
        Return the keys of the places in mind before a token, and which of them were never more than an aside:
        by weight over the whole report, by the last sentences alone; those of little weight.
        """
        self.advance(index)
        token = self.tokens[min(index, len(self.tokens) - 1)]
        known = [m for m in self._mentions[-_MEMORY:] if m.index < index]
        ranked, recent = ([key(t) for t in self._ranked(known, token, late)] for late in (False, True))
        strong = {m.key for m in known if m.weight > _FAINT}
        return ranked, recent, frozenset(ranked) - strong

    def capital(self, index: int, adjective: str = "") -> Toponym | None:
        """
        Return the named seat of government that "the capital" means, None where the report names none.

        Parameters
        ----------
        index
            Where the expression stands; what is named before counts first.
        adjective
            The word before it ("Eritrean"), "" when there is none.
        """
        self.advance(index)
        nations = capitals()

        def fits(toponym: Toponym) -> bool:
            return key(toponym) in nations and (not adjective or adjective in nations[key(toponym)])

        earlier = [m for m in self._mentions[-_MEMORY:] if m.index < index and fits(m.toponym)]
        ranked = self._ranked(earlier, self.tokens[min(index, len(self.tokens) - 1)], recent=False)
        later = (t.toponym for t in self.tokens[index : index + 400] if t.toponym is not None)
        seats = [*ranked, *(toponym for toponym in later if fits(toponym))]
        # The war's country is spoken of again and again, that of a visitor or a conference once.
        most = max(map(self._spoken_of, seats), default=0.0)
        return next((seat for seat in seats if 2 * self._spoken_of(seat) >= most), None)

    def _spoken_of(self, seat: Toponym) -> float:
        """Return how often the report names a seat of government or its country, as noun or adjective."""
        nation = capitals()[key(seat)]
        return self.told[key(seat)] + sum(self.words[word] for word in nation)

    def told_as(self, index: int, adjective: str, exclude: Sequence[Toponym | None]) -> Toponym | None:
        """
        Return the latest place before `index` that the report told of what the adjective says, None for none.

        "The fallen city" is one that fell, was taken or lost; "the burning town" is one that burns.
        """
        self.advance(index)
        barred = {key(t) for t in exclude if t is not None}
        fitting = [
            m
            for m in self._mentions[-_MEMORY:]
            if m.index < index and m.key not in barred and m.weight > _FAINT and self._shares(m, adjective)
        ]
        token = self.tokens[min(index, len(self.tokens) - 1)]
        return next(iter(self._ranked(fitting, token, recent=False)), None)

    def _shares(self, mention: _Mention, adjective: str) -> bool:
        """Tell whether words beside a mention tell of the fate that an adjective sums up."""
        if tells_fate(adjective) and word_at(self.tokens, mention.index - 1) == "into":
            # "They rode into X"
            return True
        first, last = mention.index - _TOLD_NEAR, mention.index + _TOLD_NEAR
        if self.begins(mention.index):
            # What a sentence begins with may meet its fate at the end: "X, the last port, and so on, fell".
            last = mention.index + _TOLD_FAR
        near = self.tokens[max(0, first) : last]
        return any(t.sentence == mention.sentence and same_fate(t.word, adjective) for t in near)

    def begins(self, i: int) -> bool:
        """Tell whether the name at `i` is the first word of its sentence."""
        return i == 0 or self.tokens[i - 1].sentence != self.tokens[i].sentence

    def last_two(
        self, index: int, exclude: Sequence[Toponym | None]
    ) -> tuple[Toponym | None, Toponym | None]:
        """Return the two places named last before the token at `index`, as "the former" and "the latter"."""
        self.advance(index)
        known = [m for m in self._mentions[-_MEMORY:] if m.index < index]
        # "A and B. X, 5 km from the latter", but "a post between A and B, 5 km from the latter".
        paired = bool(known) and word_at(self.tokens, known[-1].index - 1) in ("and", "or", "to")
        barred = {key(t) for t in exclude if t is not None and not paired}
        named = [m.toponym for m in known if m.key not in barred]
        latter = named[-1] if named else None
        former = next((t for t in reversed(named) if latter and key(t) != key(latter)), None)
        return former, latter

    def containing(self, index: int, word: str) -> Toponym | None:
        """
        Return the place before `index` that a thing's noun means, None for none.

        The latest with the noun in its name ("the airport"); for "the river" else the latest with an article,
        which towns don't take ("the Oskil").
        """
        self.advance(index)
        known = [m for m in reversed(self._mentions[-_MEMORY:]) if m.index < index]
        for mention in known:
            if word in mention.toponym.text.lower().split():
                return mention.toponym
        for mention in known if word in _RIVERS else ():
            token = self.tokens[mention.index]
            if token.toponym is not None and self.tokens[mention.index - 1].word == "the":
                return token.toponym
        return None


def key(toponym: Toponym) -> str:
    """Return the form in which two mentions of a name are the same."""
    return (toponym.name or toponym.text).strip("#@ ").casefold()


def is_country(toponym: Toponym) -> bool:
    """Tell whether a toponym names a country or a province, or letters stand for one ("UAE", "U.S.")."""
    if key(toponym).rpartition(" ")[2] in AREAS:
        return True
    letters = key(toponym).replace(".", "")
    initials = len(letters) <= 4 and toponym.text.isupper() and (len(letters) < 4 or "." in toponym.text)
    return initials or key(toponym).removeprefix("the ") in _countries()


def is_country_word(word: str) -> bool:
    """Tell whether a word in lower case is a country or its adjective."""
    return word in _countries()


def is_attribute(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the name at `i` only describes what follows: "X-held", "X-based"."""
    held = tokens[i + 2] if i + 2 < len(tokens) else None
    joined = held is not None and tokens[i + 1].word == "-" and tokens[i + 1].end == held.start
    return joined and held is not None and held.toponym is None and held.word.endswith(("ed", "eld", "un"))


def is_thing(toponym: Toponym) -> bool:
    """Tell whether a name is that of a bridge, an airport and the like, which no distance is counted from."""
    return key(toponym).rpartition(" ")[2] in _OF_THING


def _dateline(tokens: Sequence[Token]) -> Toponym | None:
    """Return the place a report is written from: at the head of a first line, before date or dash."""
    line_first = 0
    for i, token in enumerate(tokens[:60]):
        if token.toponym is None or is_country(token.toponym):
            continue
        line_first = i
        while line_first and tokens[line_first - 1].sentence == token.sentence:
            line_first -= 1
        capitals = token.toponym.text.isupper() and len(token.toponym.text) > 3
        prelude = [t.word for t in tokens[line_first:i]]
        if len(prelude) > 3 or any(word.endswith(("ed", "s")) for word in prelude):
            continue
        after = [t.word for t in tokens[i + 1 : i + 14]]
        dashed = after[:1] != ["-"] and any(
            _is_dash(tokens, k) for k in range(i + 1, min(i + 13, len(tokens)))
        )
        dated = after[:1] == [","] and any(_is_date(tokens, k) for k in range(i + 2, i + 8))
        if capitals or dated or (dashed and after and after[0] in (",", "(")):
            return token.toponym
    return None


def _is_dash(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a dash stands at `i`, and not the hyphen of "south-east"."""
    return tokens[i].word in ("–", "—", "--") or (
        tokens[i].word == "-" and tokens[i].start > tokens[i - 1].end
    )


def _is_date(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the token at `i` is of a date or a time of day, and not of a distance."""
    if word_at(tokens, i) in _CALENDAR:
        return True
    return word_at(tokens, i)[:1].isdecimal() and not is_unit(word_at(tokens, i + 1))


def _headings(tokens: Sequence[Token]) -> tuple[dict[int, Toponym], frozenset[Toponym]]:
    """
    Return for each paragraph the place it is headed by, and which of them only say where it was written.

    "#Muse - ...", "> Taiz. ..." say what the paragraph is about, "Goris, 18.00. ..." where it comes from.
    """
    headings: dict[int, Toponym] = {}
    bylines: set[Toponym] = set()
    for i, token in enumerate(tokens):
        if token.toponym is None or is_country(token.toponym) or token.paragraph in headings:
            continue
        before = i - 1
        while before >= 0 and tokens[before].word in (">", "#", "*", "-", "•"):
            before -= 1
        after = tokens[i + 1].word if i + 1 < len(tokens) else ""
        dated = after == "," and _is_date(tokens, i + 2)
        if (before < 0 or tokens[before].word == PARAGRAPH) and (
            after in (".", "-", "–", "—", ":", "|") or dated
        ):
            headings[token.paragraph] = token.toponym
            if dated:
                bylines.add(token.toponym)
    return headings, frozenset(bylines)


def _titles(tokens: Sequence[Token]) -> frozenset[int]:
    """Return the sentences of the first paragraph that end without a mark: they head the report."""
    ends: dict[int, str] = {}
    for token in tokens:
        if token.paragraph:
            break
        if token.word != PARAGRAPH:
            ends[token.sentence] = token.word
    return frozenset(sentence for sentence, word in ends.items() if word not in _MARKS)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """Return the names of countries and their adjectives, in lower case."""
    rows = read_table("nations.tsv")
    return frozenset(name.casefold() for row in rows for name in (row[0], *row[1].split(",")))


@lru_cache(maxsize=1)
def capitals() -> dict[str, frozenset[str]]:
    """Return for each seat of government the name of its country and its adjectives, in lower case."""
    return {
        seat.casefold(): frozenset((row[0].casefold(), *row[1].casefold().split(",")))
        for row in read_table("nations.tsv")
        for seat in row[2].split(",")
        if seat
    }
