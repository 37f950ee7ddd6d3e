"""Who holds a place, in turns that a parser of sentences misses: asides, fragments, lists, "where they sit".

"Muse: still in government hands", "Makari, the militia's last base", "Ogi and Ule, where the rebels wait".
The words around a name are matched as they stand; who is meant must be a word for a force or a people.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mapper.model import Action, Toponym
from mapper.text.actors import peoples
from mapper.text.lexicon import word_class
from mapper.text.syntax import Sentence, find_sentences
from mapper.words import read_table, singular

# A name of a place while the words around it are matched: the one asked for, and the others.
_HERE, _OTHER = "\ue000", "\ue001"
_MAX_CHARS = 600

_WHO = r"(?P<who>(?:(?:the|our|their|his|its|some|last) )?(?:[\w.'’-]{1,24} ){0,2}?[\w.'’-]{2,24}?)"
_WHOSE = r"(?P<who>(?:(?:the|our|their) )?(?:[\w.-]{1,24} ){0,1}?[\w.-]{2,24}?)(?:['’]s?)?"
_STILL = r"(?:,? (?:still|yet|again|now|firmly|basically|also|today|always|back|for now|as before),?){0,2}"
_BE = r"(?: (?:is|are|was|were|remains?|remained|stays?|stayed|has been|have been))"
_ASIDE = rf"(?:,(?! (?:where|which)\b)[^,;:.!?{_HERE}]{{1,50}},)?"
_ALIKE = rf"(?:(?:,| and|, and) {_OTHER}){{0,5}}"
_HANDS = r"(?:hands?|control|rule|grip|possession|care|occupation)"
_HAS = r"(?:holds?|keeps?|controls?|occup(?:y|ies)|runs?|rules?|polices?|guards?)"
_SEAT = (
    r"(?:strongholds?|bastions?|bases?|headquarters|seat|footholds?|refuge|fief|redoubt|outpost|garrison|camp|"
    r"positions?|capital|town)"
)
_SIT = (
    r"(?:sits?|sat|stands?|stood|waits?|camped|sleeps?|patrols?|remains?|remained|stays?|stayed|dug in|"
    r"holds? out|(?:is|are|was|were)(?: still| now)?(?: dug in| encamped| holed up| posted| stationed)?)"
)
# What those do who are at home somewhere: any verb in the present that is no blow and no loss.
_AT_HOME = (
    r"(?!\w{1,20}ed\b|\w{1,20}ing\b|(?:fight|attack|advance|shell|lose|leave|push|take|die|flee|try|want|hope|plan|"
    r"fell|fought|took|lost|left|died|fled|broke|came|went|met|shot|killed|drove|won|beat|got|made|set|hit)s?\b)"
    r"(?:[a-z]{2,12}s?|are \w{1,12})\b"
)
_IN = r"(?:in|inside|at|around|in the (?:middle|centre|streets) of|on the (?:roofs|heights|streets) of)"
_OF_TOWN = r"(?:the \w{1,20} of )?"
_END = (
    r"(?=\s*(?:[.,;:!?)]|$)|"
    r" (?:since|today|tonight|this|for|though|although|and|but|as|on|until|again|too|except)\b)"
)
_OFFICER = r"(?:spokes(?:man|woman)|commander|officer|official|general|governor)s?"
_FORCES = r"(?:garrison|troops|soldiers|forces|fighters)"

_IN_HANDS = (
    rf"HERE(?:{_BE}|:|,| -){_STILL} in (?:the )?{_HANDS} of {_WHO}{_END}",
    rf"HERE(?:{_BE}|:|,| -){_STILL} (?:in|under) {_WHOSE} {_HANDS}\b",
)
_HELD = (
    rf"HERE(?:{_BE}){_STILL} with {_WHO}{_END}",
    rf"HERE(?:{_BE}|:|,| -){_STILL} {_WHO}(?:-(?:held|run|guarded|controlled|ruled))?{_END}",
    rf"HERE(?:{_BE}){_STILL} (?:\w+ )?behind {_WHOSE} lines\b",
    rf"HERE,? (?:where|which) {_WHO}{_STILL} {_HAS}{_END}",
    rf"HERE,? where {_WHO}{_STILL} {_AT_HOME}",
    rf"HERE(?:,|:|{_BE}){_STILL} (?:the |a |an )?{_WHOSE} (?:last |main |rear |old )?{_SEAT}\b",
    rf"HERE(?:,|:|{_BE}){_STILL} (?:the |a |an |their |its )?(?:\w+ ){{0,2}}{_SEAT} of {_WHO}{_END}",
    rf"\b{_WHO} {_OFFICER} (?:in|at) {_HERE}",
    rf"\b{_WHO}{_STILL} (?:continues? to )?{_HAS} {_OF_TOWN}(?:{_OTHER}(?:,| and|, and) ){{0,4}}{_HERE}",
    rf"\b{_WHO}{_STILL} {_SIT} {_IN} {_OF_TOWN}{_HERE}",
    rf"\b{_WHO} {_FORCES} {_IN} {_OF_TOWN}{_HERE}",
)
# The turn, and whether whoever is named in it is a side: "in Habre's hands".
_TURNS = tuple(
    (re.compile(turn.replace("HERE", f"{_HERE}{_ALIKE}{_ASIDE}")), turn in _IN_HANDS)
    for turn in (*_IN_HANDS, *_HELD)
)
_NOT = re.compile(
    r"\b(?:no|not|never|nobody|none|neither|nor|if|whether|would|could|will|until|before|had been|lost|once|"
    r"claims?|claimed|plans?|wants?|hopes?)\b|n['’]t\b|\?",
    re.IGNORECASE,
)


def find_tenures(text: str, toponyms: Sequence[Toponym], actions: Sequence[Action]) -> list[Action]:
    """
    Return who holds which place, where no action says it already.

    Parameters
    ----------
    text
        A report.
    toponyms
        Its place names.
    actions
        What has been read of it; a place of which a sentence tells something is left alone there.

    Returns
    -------
    states
        Actions of the kind `holds`, in the order of the text.

    Examples
    --------
    >>> text = "Muse, on the border, is still in government hands."
    >>> [(a.kind, a.actor) for a in find_tenures(text, [Toponym(0, 4, "Muse")], [])]
    [('holds', 'government')]
    >>> find_tenures("", [], [])
    []
    """
    names = sorted((t for t in toponyms if t.role == "literal"), key=lambda t: t.start)
    starts = [t.start for t in names]
    told = {(a.sentence_start, getattr(a.where, "start", -1)) for a in actions}
    found: list[Action] = []
    for sentence in find_sentences(text) if names else ():
        inside = names[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        if sentence.end - sentence.start > _MAX_CHARS:
            continue
        for name in inside:
            if (sentence.start, name.start) not in told:
                found += _tenure(text, sentence, name, inside)
    return found


def _tenure(text: str, sentence: Sentence, name: Toponym, names: Sequence[Toponym]) -> Iterator[Action]:
    """Yield who holds one place of a sentence, if it says so."""
    masked, at = "", sentence.start
    for other in names:
        if other.start >= at:
            masked += text[at : other.start] + (_HERE if other is name else _OTHER)
            at = other.end
    masked += text[at : sentence.end]
    for turn, anybody in _TURNS:
        for match in turn.finditer(masked):
            clause = masked[max(masked.rfind(mark, 0, match.start()) for mark in ",;") + 1 : match.end() + 1]
            who = _holder(match["who"], anybody)
            if who and _NOT.search(clause) is None:
                yield Action(
                    name.start, name.end, sentence.start, sentence.end, "holds", who, "", "reported",
                    where=name, clause_start=sentence.start, clause_end=sentence.end, tense="present",
                )  # fmt: skip
                return


def _holder(words: str, anybody: bool) -> str:
    """Return the words for a side, "" where they name none: a force, a people, a group; `anybody`'s hands."""
    if words.split()[0].lower() in _SPEECH:
        return ""  # "said a rebel officer at the gate": who speaks there need not hold it
    last = words.split()[-1].removesuffix("’").removesuffix("'")
    base = singular(last)
    if base in ("ours", "our"):
        return "our forces"
    if base in _forces() or (base in peoples() and last[:1].isupper()):
        return words
    if last.isupper() and last.isalpha():
        return words if 1 < len(last) < 6 and words[:4] in ("the ", "The ", last[:4]) else ""
    named = last[:1].isupper() and base not in _DAYS
    return words if named and (anybody or (words.lower().startswith("the ") and last.endswith("s"))) else ""


_SPEECH = word_class("speech") | {"admitted", "denied"}
_DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})


@lru_cache(maxsize=1)
def _forces() -> frozenset[str]:
    rows = read_table("forces.tsv")
    words = {w for row in rows if row[0] == "force" for w in row[1].split(",")}
    return frozenset(words | {"government", "regime", "president"}) - {
        "company", "unit", "front", "group", "host", "staff", "command",
    }  # fmt: skip
