"""Distances from a landmark, as a report states them: what is placed, from where, how far, which way.

A figure is a claim when it says how far one thing is from another ("X, 40 km south of Y", "the town is 40 km away").
How far somebody went, how long a front is, how far a gun reaches measure something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.model import Locative, Toponym
from mapper.text.focus import SETTLEMENTS, Focus, is_country
from mapper.text.landmarks import DETERMINERS, Landmark, read_landmark, resolve_landmark
from mapper.text.quantities import Quantity, read_compass
from mapper.text.tokens import PARAGRAPH, Token

_COPULAS = frozenset(
    "is was are were be being been lies lay lie sits sit sat stands stand stood remains remained 's it's that's".split()
)
_PLURAL = frozenset("are were".split())
_PLACED = frozenset(
    "located situated still now only just about positioned also then already some roughly currently found set perched".split()
)
_LINKS = frozenset("of from off outside beyond past before inside within".split())
_WAYS = frozenset(
    "road highway motorway track street autobahn route railway line coast coastline shore river valley canal gorge lake".split()
)
_PAVED = frozenset("road highway motorway track street autobahn route".split())
_AWAY = frozenset(
    "away off distant out apart inland upriver downriver upstream downstream upcountry offshore uphill downhill beyond".split()
)
_ONWARD = frozenset("farther further on along up down deeper".split())
_ONWARD_FIRST = frozenset("another further".split())
# Verbs and nouns of going: what follows them is a distance covered, unless it is "of" a landmark.
_GOING = frozenset(
    "advance advanced advances advancing move moved moves moving push pushed pushes pushing drive drove driven drives driving walk walked walks "
    "walking march marched marches marching travel travelled traveled travels travelling traveling flee fled flees fleeing cover covered covers covering "
    "gain gained gains gaining retreat retreated retreats retreating withdrew withdraw withdrawn progress progressed progressing penetrate penetrated "
    "penetrates flew fly flown flying sail sailed roll rolled rolling race raced racing cross crossed went go goes gone going trek trekked hike hiked pursued "
    "chased dragged carried towed swam thrust wedged extend extended extends stretch stretched stretches stretching run runs ran running reach reaches "
    "reached spanning span spans spanned pulled fallen fell thrown ride rode ridden crawl crawled slog slogged back forward forwards "
    "backwards measuring measures measured snaking winding dug digging bulldozed regained lost recaptured captured liberated seized taken retook "
    "cleared conquered ceded".split()
)
_MEASURES = frozenset(
    "range ranges radius height altitude depth length width breadth front stretch strip advance belt zone line perimeter area column convoy swath "
    "swathe buffer corridor salient pocket tail queue elevation speed every per for after by reach ceiling gap wide".split()
)
_MEASURED_AFTER = frozenset(
    "long wide deep high tall thick across square cubic per an range ranges radius zone front stretch strip corridor convoy column belt perimeter race march "
    "buffer length width height depth above below high-altitude".split()
)
_REACHING = frozenset(
    "hit hits hitting strike striking strikes reach reaching reaches fire firing fires shoot shooting destroy hear heard see seen visible range".split()
)
_ABLE = frozenset("can could able capable range ranges".split())
_SPEECH = frozenset(
    "said says say told according reported reports added adds believes wrote writes announced claimed explained".split()
)
_CLAUSE_MARKS = frozenset((";", ":", '"', "“", "”", "(", ")", "—", "–", PARAGRAPH, "[", "]", "|", ">"))
_CLAUSE_WORDS = frozenset(
    "and but while whereas because although though that where when if so since as or nor yet".split()
)
_PREPOSITIONS = frozenset(
    "in at on after since from for to by near with of under over across beyond against into towards toward before during".split()
)
_INVERTED = frozenset("lies lay is was sits stands stood begins".split())
_THING_NOUNS = frozenset(
    "checkpoint checkpoints base bridge dam position positions depot airfield camp column convoy hill hills outpost outposts post posts "
    "roadblock barracks farm plant refinery station crossing junction tanks troops soldiers fighters forces men rebels militants gunmen "
    "hospital school bunker trench trenches factory mine headquarters site warehouse field fields forest ridge valley".split()
)
_REACH_LEFT = 40


@dataclass(slots=True)
class Tail:
    """What follows a quantity: direction, link, landmark and manner; `last` is the index after it."""

    last: int
    bearing: str = ""
    bearing_deg: float | None = None
    landmark: Landmark | None = None
    link: str = ""
    road: bool = False
    air: bool = False
    away: bool = False
    onward: bool = False
    origin: Landmark | None = None

    def says_where(self) -> bool:
        """Tell whether anything but the figure was read."""
        return bool(self.bearing or self.link or self.away or self.road or self.onward or self.air)


@dataclass(frozen=True, slots=True)
class Previous:
    """The claim read before: its tokens, subject and landmark, for what a second claim leaves out."""

    first: int
    last: int
    subject: Toponym | None
    landmark: Toponym | None
    implicit: bool
    sentence: int


def read_tail(tokens: Sequence[Token], quantity: Quantity) -> Tail:
    """Read what follows a quantity, a part at a time, until something else begins."""
    tail = Tail(quantity.last)
    for _ in range(8):
        if not (_read_manner(tokens, tail) or _read_direction(tokens, tail) or _read_link(tokens, tail)):
            break
    return tail


def _word(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].word if 0 <= i < len(tokens) and tokens[i].toponym is None else ""


def _toponym(tokens: Sequence[Token], i: int) -> Toponym | None:
    return tokens[i].toponym if 0 <= i < len(tokens) else None


def _read_manner(tokens: Sequence[Token], tail: Tail) -> bool:
    """Read "by road", "as the crow flies", "up the coast", "away", "farther on"."""
    i = tail.last
    words = tuple(_word(tokens, k) for k in range(i, i + 4))
    if words[:4] == ("as", "the", "crow", "flies") or words[:4] == ("in", "a", "straight", "line"):
        tail.last, tail.air = i + 4, True
    elif words[:2] == ("by", "air") or words[:2] == ("straight", "line"):
        tail.last, tail.air = i + 2, True
    elif words[0] in ("by", "along", "on") and (step := _way(tokens, i + 1)) and words[0] == "by":
        tail.last, tail.road = step[0], True
    elif words[:2] in (("by", "car"), ("by", "bus"), ("by", "truck"), ("of", "road")):
        tail.last, tail.road = i + 2, True
    elif words[0] in ("up", "down", "along") and (step := _way(tokens, i + 1)):
        tail.last, tail.onward = step[0], True
        tail.road = tail.road or step[1]
    elif words[0] in ("farther", "further"):
        tail.last, tail.onward = i + 1, True
        while _word(tokens, tail.last) in _ONWARD and not _way(tokens, tail.last + 1):
            tail.last += 1
    elif (
        words[0] in _AWAY
        and not tail.link
        and (words[0] not in ("off", "out", "beyond") or not _lands(tokens, i + 1))
    ):
        tail.last, tail.away = i + 1, True
    elif words[0] == "up" and words[1] == "and":
        return False
    elif words[0] in ("on", "up", "down") and not words[1].isalpha():
        tail.last, tail.onward = i + 1, True
    else:
        return False
    return True


def _lands(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a landmark follows, so that "off" or "beyond" is its link and no adverb."""
    landmark = read_landmark(tokens, i)
    return landmark is not None and landmark.kind in ("name", "settlement", "capital", "thing")


def _way(tokens: Sequence[Token], i: int) -> tuple[int, bool] | None:
    """Read "the coast road", "road", "the Tigris" after "by", "up", "down", "along": index after it, and whether paved."""
    j = i
    if _word(tokens, j) in ("the", "this", "that", "same", "a"):
        j += 1
    if _toponym(tokens, j) is not None:
        nxt = _word(tokens, j + 1)
        if nxt in _WAYS:
            return j + 2, nxt in _PAVED
        return (j + 1, False) if j > i else None
    for k in range(j, j + 3):
        word = _word(tokens, k)
        if word in _WAYS:
            while _word(tokens, k + 1) in _WAYS:
                k += 1
            paved = _word(tokens, k) in _PAVED
            if _word(tokens, k + 1) in ("towards", "toward") and (end := read_landmark(tokens, k + 2)):
                return end.last, paved
            return k + 1, paved
        if not word.isalpha() or word in _PREPOSITIONS:
            return None
    return None


def _read_direction(tokens: Sequence[Token], tail: Tail) -> bool:
    """Read "south-east", "to the west", "to its north", "due north"; after a landmark ", to the south-west"."""
    if tail.bearing:
        return False
    i = tail.last
    if _word(tokens, i) == "," and (tail.landmark or tail.road or tail.air) and _word(tokens, i + 1) == "to":
        i += 1
    toward = _word(tokens, i) == "to" and _word(tokens, i + 1) in ("the", "its", "their")
    i += 2 if toward else 0
    while _word(tokens, i) in (
        "due",
        "directly",
        "straight",
        "immediate",
        "immediately",
        "farther",
        "further",
        "right",
    ):
        tail.onward = tail.onward or _word(tokens, i) in ("farther", "further")
        i += 1
    if (found := read_compass(tokens, i)) is None:
        return False
    word, degrees, i = found
    following = _word(tokens, i)
    # "5 km north Aleppo countryside": an adjective of what follows and no direction.
    if not toward and _toponym(tokens, i) is not None:
        return False
    if tail.landmark is not None and following == "of":
        return False
    if toward and _word(tokens, tail.last + 1) == "its" and tail.landmark is None:
        tail.landmark, tail.link = Landmark(tail.last + 1, tail.last + 2, "it"), "of"
    tail.bearing, tail.bearing_deg, tail.last = word, degrees, i
    return True


def _read_link(tokens: Sequence[Token], tail: Tail) -> bool:
    """Read "of X", "from the fallen city", "short of X", "to X" after a drive, "from A to B"."""
    if tail.landmark is not None:
        if (
            tail.link == "from"
            and not tail.bearing
            and _word(tokens, tail.last) == "to"
            and tail.origin is None
        ):
            end = read_landmark(tokens, tail.last + 1)
            if end is not None and end.kind == "name":
                tail.origin, tail.landmark, tail.last = tail.landmark, end, end.last
                return True
        return False
    i = tail.last
    word = _word(tokens, i)
    if word == "," and _word(tokens, i + 1) in ("from", "to") and tail.link == "" and tail.road:
        i, word = i + 1, _word(tokens, i + 1)
    if (word, _word(tokens, i + 1)) in (
        ("short", "of"),
        ("shy", "of"),
        ("away", "from"),
        ("out", "of"),
        ("outside", "of"),
    ):
        word, start = f"{word} of", i + 2
    elif word in _LINKS or (word == "to" and (tail.road or tail.away or tail.bearing == "")):
        start = i + 1
    elif word == "of" and _word(tokens, i + 1) == "it":
        start = i + 1
    else:
        return False
    landmark = read_landmark(tokens, start)
    if (
        landmark is None
        or (word == "to" and landmark.kind == "it")
        or (word == "of" and not tail.bearing and not tail.onward)
    ):
        return False
    tail.landmark, tail.link, tail.last = landmark, word, landmark.last
    return True


def is_claim(tokens: Sequence[Token], quantity: Quantity, tail: Tail, framed: bool) -> bool:
    """
    Tell whether a quantity says how far one thing is from another.

    Parameters
    ----------
    tokens, quantity, tail
        As read.
    framed
        Whether the clause itself speaks of a distance ("from A to B is 40 km").
    """
    before, after = _word(tokens, quantity.first - 1), _word(tokens, quantity.last)
    if quantity.attributive or after in _MEASURED_AFTER:
        return False
    if not framed and not tail.says_where():
        return False
    measured = before == "of" and any(_word(tokens, quantity.first - k) in _MEASURES for k in (2, 3))
    if measured or (before in _MEASURES and before not in ("advance", "front")):
        return False
    if before == "from" or (before in _MEASURES and tail.link != "of"):
        return False
    if any(
        _word(tokens, quantity.first - k) in _GOING
        for k in (1, 2)
        if _adverbial(tokens, quantity.first - k + 1, quantity.first)
    ):
        if not (tail.bearing and tail.link == "of") and tail.link != "short of":
            return False
    left = [_word(tokens, k) for k in range(quantity.first - 7, quantity.first)]
    return not (any(w in _ABLE for w in left) and any(w in _REACHING for w in left))


def _adverbial(tokens: Sequence[Token], i: int, j: int) -> bool:
    """Tell whether between a verb and its figure stand only small words: "moved on another 5 km"."""
    return all(
        _word(tokens, k) in _ONWARD
        or _word(tokens, k) in ("in", "back", "forward", "for", "some", "northwards", "nearly")
        for k in range(i, j)
    )


def read_offset(
    tokens: Sequence[Token], quantity: Quantity, focus: Focus, previous: Previous | None
) -> Locative | None:
    """
    Return the claim that a quantity makes, None where it makes none.

    Parameters
    ----------
    tokens, quantity
        The quantity and the tokens about it.
    focus
        Fills what the phrase leaves unsaid.
    previous
        The claim before it in the same report, None for the first.
    """
    tail = read_tail(tokens, quantity)
    subject, framing = _subject(tokens, quantity.first, tail, focus, previous)
    if not is_claim(tokens, quantity, tail, framing is not None):
        return None
    first, last = quantity.first, tail.last
    implicit = tail.landmark is None or tail.landmark.toponym is None
    if framing is not None and tail.landmark is None:
        landmark: Toponym | None = framing
        implicit = False
    elif tail.landmark is not None:
        landmark = _said(tokens, tail.landmark, focus, first, previous, subject)
    else:
        landmark = _unsaid(tokens, quantity, tail, focus, previous, subject)
    if tail.origin is not None and tail.origin.toponym is not None and tail.landmark is not None:
        subject, landmark = tail.landmark.toponym, tail.origin.toponym
    if landmark is not None and subject is not None and landmark is subject:
        landmark = None
    if landmark is not None and tail.landmark is not None and tail.landmark.toponym is not None:
        focus.advance(last)
        focus.background(landmark, landmark=True)
    if subject is not None and _word(tokens, first - 1) in (",", "("):
        focus.background(subject, landmark=False)
    elif subject is not None and _word(tokens, first - 1) in _COPULAS and tokens[first - 2].toponym is None:
        focus.mention(first - 1, subject)
    if landmark is not None and tail.landmark is not None and tail.landmark.kind == "here":
        focus.mention(first, landmark)
    maximum = quantity.maximum * quantity.metres if quantity.maximum is not None else None
    return Locative(
        start=tokens[first].start,
        end=tokens[last - 1].end,
        text="",
        relation="offset",
        landmarks=(landmark,) if landmark is not None else (),
        subject=subject,
        value=quantity.value if quantity.unit else None,
        unit=quantity.unit,
        distance_m=quantity.value * quantity.metres if quantity.unit else None,
        distance_max_m=maximum,
        bearing=tail.bearing,
        bearing_deg=tail.bearing_deg,
        comparator="<" if tail.link == "within" else quantity.comparator,
        road=tail.road or quantity.hours is not None,
        hours=quantity.hours,
        implicit=implicit,
    )


def _said(
    tokens: Sequence[Token],
    said: Landmark,
    focus: Focus,
    index: int,
    previous: Previous | None,
    subject: Toponym | None,
) -> Toponym | None:
    """Return the landmark that is said; "it" in a second claim is what it was in the first."""
    if said.kind == "it" and previous is not None and previous.sentence == tokens[index].sentence:
        if previous.implicit and previous.landmark is not None and previous.landmark is not subject:
            return previous.landmark
    return resolve_landmark(said, focus, index, (subject,))


def _unsaid(
    tokens: Sequence[Token],
    quantity: Quantity,
    tail: Tail,
    focus: Focus,
    previous: Previous | None,
    subject: Toponym | None,
) -> Toponym | None:
    """Return the landmark of "40 km to the south", "25 km north", "45 km away", "20 km farther on"."""
    index = quantity.first
    onward = tail.onward or any(t.word in _ONWARD_FIRST for t in tokens[quantity.first : quantity.first + 1])
    same = previous is not None and previous.sentence == tokens[index].sentence
    if (
        previous is not None
        and same
        and not onward
        and previous.landmark is not None
        and previous.landmark is not subject
    ):
        return previous.landmark
    if tail.road and onward:
        onward = False
    return focus.resolve(index, exclude=(subject,), latest=onward)


def find_subject(
    tokens: Sequence[Token], first: int, tail: Tail, focus: Focus, previous: Previous | None
) -> tuple[Toponym | None, bool]:
    """
    Return what a direction without a figure places, and whether that is asserted.

    "X, west of Y" and "X is west of Y" assert it; in "shells fell on X west of Y" it goes without saying.
    """
    before = _word(tokens, first - 1)
    asserted = before in (",", "(") or before in _COPULAS or _word(tokens, first - 2) in _COPULAS
    if not asserted or tokens[first - 1].sentence != tokens[first].sentence:
        return None, False
    if before == "," and _toponym(tokens, first - 2) is None:
        return None, False
    subject, _ = _subject(tokens, first, tail, focus, previous)
    return subject, subject is not None


def _subject(
    tokens: Sequence[Token], first: int, tail: Tail, focus: Focus, previous: Previous | None
) -> tuple[Toponym | None, Toponym | None]:
    """
    Return what a phrase that begins at `first` places and, where its clause is about a distance, the other end.

    None for a thing without a name.
    """
    named = (_other_end(tail, focus, first),)
    i = first - 1
    word = _word(tokens, i)
    sentence = tokens[first].sentence
    if i < 0 or tokens[i].sentence != sentence or word in (PARAGRAPH, ";"):
        if _ends_sentence(tokens, tail.last) and word != ";":
            # A sentence without a verb goes on about the place before: "#Muse - shelled. 100 km by road from X."
            return focus.resolve(first, exclude=named), None
        return _following(tokens, tail), None
    if word in ("(", "["):
        return _nearest(tokens, i, sentence, reach=4), None
    if (toponym := tokens[i].toponym) is not None:
        if _word(tokens, i - 1) == "from" and tail.landmark is None:
            return (previous.subject if previous else None), toponym
        return toponym, None
    if word in ("-", "–", "—", ":"):
        return (tokens[i - 1].toponym if i else None) or _following(tokens, tail), None
    if word in ("and", "but", "or") or (word == "," and _word(tokens, i - 1) in ("and", "but")):
        return _coordinated(tokens, i, sentence, previous, focus, named, tail)
    if word == ",":
        return _apposed(tokens, i, sentence, focus, named)
    k = i
    while _word(tokens, k) in _PLACED or (_word(tokens, k) in ("at", "by") and k == i):
        k -= 1
    if _word(tokens, k) in _COPULAS:
        return _clause_subject(tokens, k, sentence, focus, named, previous)
    if _word(tokens, k) in ("put", "puts", "puts", "placed", "places") and word == "at":
        return _put(tokens, k, sentence, focus)
    return _in_parenthesis(tokens, i, sentence), None


def _other_end(tail: Tail, focus: Focus, index: int) -> Toponym | None:
    """Return the landmark if it is a name or as good as one, so that the subject is another place."""
    if tail.landmark is not None and tail.landmark.kind in ("name", "capital"):
        return resolve_landmark(tail.landmark, focus, index)
    return None


def _ends_sentence(tokens: Sequence[Token], i: int) -> bool:
    return i >= len(tokens) or _word(tokens, i) in (".", PARAGRAPH, "!", "?")


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
    if _word(tokens, i) == ",":
        i += 1
    elif _word(tokens, i) in _INVERTED:
        i += 1
    else:
        return None
    if _word(tokens, i) in ("in", "at", "near"):
        i += 1
    landmark = read_landmark(tokens, i)
    return landmark.toponym if landmark is not None else None


def _coordinated(
    tokens: Sequence[Token], i: int, sentence: int, previous: Previous | None, focus: Focus,
    named: tuple[Toponym | None, ...], tail: Tail,
) -> tuple[Toponym | None, Toponym | None]:  # fmt: skip
    """Return the subject after "and": that of the claim it is joined to, or the place told last."""
    if previous is not None and previous.sentence == sentence and i - previous.last <= 3:
        if not any(t.toponym is not None for t in tokens[previous.last : i]):
            return previous.subject, None
    return _nearest(tokens, i, sentence), None


def _apposed(
    tokens: Sequence[Token], comma: int, sentence: int, focus: Focus, named: tuple[Toponym | None, ...]
) -> tuple[Toponym | None, Toponym | None]:
    """Return what a figure after a comma is said of: "X, 40 km ...", "this village, 40 km ..."."""
    k = comma - 1
    if _word(tokens, k) == ")":
        while k > 0 and comma - k < 12 and _word(tokens, k) != "(":
            k -= 1
        k -= 1
    if (toponym := _toponym(tokens, k)) is not None and not is_country(toponym):
        return toponym, None
    word = _word(tokens, k)
    if word in SETTLEMENTS or word in _THING_NOUNS:
        return _noun_phrase(tokens, k, sentence, focus, named), None
    if word in ("here", "there"):
        return focus.resolve(comma, exclude=named, here=word == "here", latest=word == "there"), None
    opening = k
    while (
        opening > 0
        and tokens[opening].sentence == sentence
        and _word(tokens, opening) != ","
        and comma - opening < 12
    ):
        opening -= 1
    aside = [t.word for t in tokens[opening + 1 : comma]]
    if any(w in _SPEECH for w in aside) and _word(tokens, opening - 1) in _COPULAS:
        return _clause_subject(tokens, opening - 1, sentence, focus, named, None)
    return _nearest(tokens, comma, sentence), None


def _noun_phrase(
    tokens: Sequence[Token], noun: int, sentence: int, focus: Focus, named: tuple[Toponym | None, ...]
) -> Toponym | None:
    """Return the place that "the town", "this village" means; None for "a village" and for things."""
    for k in range(noun - 1, max(-1, noun - 5), -1):
        word = _word(tokens, k)
        if tokens[k].toponym is not None and tokens[noun].word in SETTLEMENTS:
            return tokens[k].toponym
        if word in ("a", "an", ",", "") or tokens[k].sentence != sentence:
            return (
                tokens[k - 1].toponym
                if word in ("a", "an") and _word(tokens, k - 1) == "" and k
                else _before(tokens, k)
            )
        if word in DETERMINERS:
            if tokens[noun].word in SETTLEMENTS:
                return focus.resolve(noun, exclude=named, here=word == "this", latest=word == "that")
            return focus.containing(noun, tokens[noun].word)
    return None


def _before(tokens: Sequence[Token], k: int) -> Toponym | None:
    """Return the name that an indefinite apposition is about: "X, a village, 40 km ..."."""
    return _toponym(tokens, k - 2) if _word(tokens, k - 1) == "," else _toponym(tokens, k - 1)


def _in_parenthesis(tokens: Sequence[Token], i: int, sentence: int) -> Toponym | None:
    """Return X of "X, a village some 40 km ...", "X, on the bank 6 km ...": a short aside right after a name."""
    for k in range(i, max(0, i - 9), -1):
        token = tokens[k]
        if token.sentence != sentence or token.toponym is not None:
            return None
        if token.word == ",":
            lead = _word(tokens, k + 1)
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
            toponym = _toponym(tokens, k - 1)
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
    before = _word(tokens, copula) if _word(tokens, copula) == "it's" else _word(tokens, copula - 1)
    if before in ("it", "it's"):
        there = _word(tokens, copula - 2) == "there" and before == "it"
        return focus.resolve(copula, exclude=named, recent=True, latest=there), None
    if before in ("which", "that", "who"):
        return _nearest(tokens, copula - 1, sentence), None
    if before in ("there", "they", "we", "he", "she", "both", "i", "you"):
        return None, None
    toponym = _toponym(tokens, copula - 1)
    if toponym is not None and _word(tokens, copula - 2) not in _PREPOSITIONS | {"and"}:
        return toponym, None
    start = _clause_start(tokens, copula, sentence)
    return _head(tokens, start, copula, sentence, focus, named, previous)


def _joins_names(tokens: Sequence[Token], k: int) -> bool:
    """Tell whether the "and" at `k` stands between two names or between two common nouns."""
    return (_toponym(tokens, k - 1) is None) == (_toponym(tokens, k + 1) is None)


def _clause_start(tokens: Sequence[Token], copula: int, sentence: int) -> int:
    """Return where the clause of a verb begins, passing over an aside between commas before it."""
    k = copula - 1
    if _word(tokens, k) == ",":
        k -= 1
        while (
            k > 0 and tokens[k].sentence == sentence and _word(tokens, k) != "," and copula - k < _REACH_LEFT
        ):
            k -= 1
        k -= 1
    while k >= 0 and copula - k < _REACH_LEFT:
        word = _word(tokens, k)
        if tokens[k].sentence != sentence or word in _CLAUSE_MARKS:
            return k + 1
        if word == "that" and tokens[k + 1].word in SETTLEMENTS:
            return k
        if word in _CLAUSE_WORDS and not (word == "and" and _joins_names(tokens, k)):
            return k + 1
        if (
            word == ","
            and tokens[k + 1].toponym is not None
            and _word(tokens, k + 2) in (",", "is", "lies", "was")
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
    lead = _word(tokens, i)
    if lead in ("from", "between"):
        ends = [t.toponym for t in tokens[i:copula] if t.toponym is not None]
        if len(ends) >= 2:
            return ends[1], ends[0]
    if lead in _PREPOSITIONS:
        while i < copula and _word(tokens, i) != ",":
            i += 1
        i = i + 1 if i < copula else start
    span = tokens[i:copula]
    words = [t.word for t in span if t.toponym is None]
    if any(w in ("distance", "journey", "drive", "trip", "way") for w in words[:4]):
        ends = [t.toponym for t in span if t.toponym is not None] or _last_two(tokens, i)
        return (ends[-1], ends[-2]) if len(ends) >= 2 else (None, None)
    if _word(tokens, copula) in _PLURAL and not any(t.toponym is not None for t in span[:1]):
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
