"""Places that share a verb told once: "Adwa was taken on the 4th and Axum three days later"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mapper.model import Action, Toponym
from mapper.text.syntax import Sentence
from mapper.words import word_set

# A place, an aside in commas at most, and then at once its own time.
_OWN_TIME = re.compile(
    r"(?:,[^,;.()]{1,60},| \([^()]{1,40}\))?,?\s+(?:(?:too|also|likewise|then|itself)\s+)?"
    r"((?:(?:on|by|at|in|early|late|since|only)\s+){0,2}(?:the\s+)?(?:(?:morning|evening|night|afternoon)\s+of\s+)?(?:the\s+)?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\b(?!\s*(?:km|kilomet|mile|per|people|men|,\d))(?:\s+(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December))?|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{1,2})?|"
    r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|few|some)\s+(?:hour|day|night|week|month)s?\s+(?:later|after|afterwards|before|earlier)|"
    r"(?:next|following|same)\s+(?:day|night|morning|evening|week)|(?:day|night|week)\s+(?:after|before)))"
)
_JOINED = re.compile(r"(?:^|[,;:]|\band\b|\bthen\b|\bfinally\b)\s*(?:and\s+|then\s+|finally\s+|also\s+)*$")
# "It was the turn of X", "so had X", "the same was true of X", "Federal troops took A and, on Friday, X".
_TURN = re.compile(
    r"(?:\b(?:the|came|next) turn of|\b[Ss]o (?:too )?(?:had|did|was|were|has|have)|"
    r"\b[Tt]he same (?:was true of|went for|goes for|happened (?:to|at|in)|befell)|"
    r"\b(?:and|then),? (?:on|in|at|by) (?:the )?\w{2,12}(?: \w{1,12})?,)"
    r"(?:\s+(?:the|a|an|poor|little|nearby|small|hamlet|village|town|city|port|of)){0,4}\s+$"
)
_WHEN, _FILLER = word_set("gapping.when"), word_set("gapping.filler") | word_set("roles.place_nouns")
_LONGEST, _FAR = 140, 400
_SHARED = frozenset(
    {"capture", "withdraw", "surrender", "handover", "shelling", "airstrike", "missile", "assault"}
)


def share_verb(
    text: str,
    sentence: Sentence,
    found: Sequence[Action],
    before: Sequence[Action],
    toponyms: Sequence[Toponym],
) -> list[Action]:
    """
    Return actions for the places of a sentence that have a time of their own and no verb.

    Parameters
    ----------
    sentence, found
        A sentence and the actions read from it.
    before
        The actions of the sentence before: a half after a semicolon takes its verb from there.
    toponyms
        Those of the whole text.

    Examples
    --------
    >>> text = "Fizuli fell on Monday and Zangilan two days later."
    >>> place = Toponym(0, 6, "Fizuli")
    >>> told = Action(7, 11, 0, 50, "capture", "", "", "reported", where=place, clause_start=0, clause_end=50)
    >>> more = share_verb(text, Sentence(0, 50, 0), [told], [], [place, Toponym(26, 34, "Zangilan")])
    >>> [(a.where.text, text[a.clause_start : a.clause_end]) for a in more]
    [('Zangilan', 'Zangilan two days later')]
    """
    used = {a.where for a in found}
    shared: list[Action] = []
    listed = not found and _is_list(text, sentence, toponyms, before)
    joined = bool(found) or text[max(0, sentence.start - 2) : sentence.start].strip() == ";"
    for toponym in toponyms:
        if not sentence.start <= toponym.start < sentence.end or toponym in used or toponym.role != "literal":
            continue
        end = (
            (sentence.start, sentence.end)
            if listed
            else _end_of_share(text, sentence, toponym, joined=joined)
        )
        if end is None:
            continue
        model = [a for a in found if a.end <= toponym.start] or ([] if found else list(before))
        model = [
            a
            for a in model
            if a.kind in _SHARED and a.certainty in ("reported", "claimed") and a.where is not None
        ]
        if model:
            shared.append(
                replace(
                    model[-1], start=toponym.start, end=toponym.end, where=toponym,
                    place_word="", partial=False,
                    sentence_start=sentence.start, sentence_end=sentence.end,
                    clause_start=min(toponym.start, end[0]), clause_end=end[1],
                )
            )  # fmt: skip
    return shared


def _is_list(text: str, sentence: Sentence, toponyms: Sequence[Toponym], before: Sequence[Action]) -> bool:
    """Return whether a sentence is but places and when: "Then X.", "Monday: X and Y, both."."""
    if (
        sentence.end - sentence.start > _LONGEST
        or not before
        or sentence.start - before[-1].sentence_end > _FAR
    ):
        return False
    plain, position = "", sentence.start
    for toponym in toponyms:
        plain += text[position : toponym.start] + " "
        position = max(position, toponym.end)
    words = {w.lower() for w in re.findall(r"[^\W_]+", plain + text[position : sentence.end])}
    return bool(words & _WHEN) and all(w in _WHEN or w in _FILLER or w[0].isdigit() for w in words)


def _end_of_share(text: str, sentence: Sentence, toponym: Toponym, *, joined: bool) -> tuple[int, int] | None:
    """Return the clause of a place that shares the verb told before, None for a place that does not."""
    lead = text[max(sentence.start, toponym.start - 60) : toponym.start]
    turn = _TURN.search(lead)
    if turn is not None:
        return max(sentence.start, toponym.start - 60 if len(lead) == 60 else sentence.start), sentence.end
    time = _OWN_TIME.match(text, toponym.end, sentence.end) if joined else None
    if time is not None and _JOINED.search(lead[-24:]):
        return toponym.start, time.end()
    return None
