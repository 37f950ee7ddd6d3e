"""What a report talked about last: whom "they", "he" and "our troops" mean, and who speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from mapper.model import Action, Toponym
from mapper.text.actors import doer_class, mention
from mapper.text.certainty import Stance
from mapper.text.roles import deref
from mapper.text.syntax import Tree
from mapper.words import read_table, singular

if TYPE_CHECKING:
    from spacy.tokens import Token

# Words that say on whose side a man is ("rebel", "militiaman", "soldier"), from the list of sides.
_SIDE_WORDS = frozenset(
    word
    for name, words in read_table("sides.tsv")
    if name in ("revolt", "zeal", "alone_revolt", "alone_state", "state")
    for word in words.split(",")
)
_FIRST_PERSON = re.compile(r"[\"“”]|\b(?:[Ww]e|[Uu]s|[Oo]ur|I)\b")
_SPEAKS = re.compile(
    r"\b((?:an?|one|another|the|some) (?:[\w'-]+ ){0,2}[\w'-]+) (?:said|says|told|added|shouted|recalled)\b"
    r"|\b(?:said|says|told us|added|recalled) ((?:an?|one|another|the) (?:[\w'-]+ ){0,2}[\w'-]+)"
)
_HEADED_BY = re.compile(
    r"[>*# ]*([A-Z][\w'-]+(?: [A-Z][\w'-]+)?)"
    r"(?:,[^.:\n]{0,40}?(?:\d{1,2}[.:]?\d\d|radio|television|TV|agency|ministry|press)[^.:\n]{0,12})?[.:](?=\s)"
)


@dataclass(slots=True)
class Discourse:
    """What was talked about last: forces for "they", persons for "he", the last actions for "denied this"."""

    forces: str = ""
    person: str = ""
    speaker: str = ""  # whose statements a paragraph gives: "Baku, 11.00. ..."
    quoted: str = ""  # the man of a side who speaks in it
    paragraph_start: int = 0
    recent: list[Action] = field(default_factory=list)

    def begin(self, text: str, start: int, end: int) -> None:
        """Note the paragraph from `start` to `end`: who is quoted in it, who gives its statements."""
        self.speaker, self.quoted = _label(text, start), _quoted(text[start:end])
        self.paragraph_start = start


def remember(tree: Tree, token: Token, discourse: Discourse) -> None:
    """Keep the latest force and person that do something, for the pronouns after them."""
    given = token.dep_ == "pobj" and token.head.lower_ in ("to", "by")
    if token.dep_ not in ("nsubj", "nsubjpass", "pobj", "poss") or token.lower_ in ("they", "he", "we", "it"):
        return
    found = doer_class(tree, token)
    if any(c.dep_ == "poss" and c.lower_ in ("his", "their", "its", "our") for c in token.children):
        return
    if found in ("force", "nation") and (given or token.dep_ in ("nsubj", "nsubjpass")):
        discourse.forces = mention(tree, token)
    elif found in ("name", "official") and token.dep_ in ("nsubj", "nsubjpass", "poss"):
        discourse.person = mention(tree, token)
        if found == "name":
            discourse.forces = discourse.person


def name_of(tree: Tree, token: Token | None, discourse: Discourse, speaker: str = "") -> str:
    """Return the mention of a doer, for a pronoun of whom it stands for; "we" and "he" are the speaker."""
    if token is None:
        return ""
    found = doer_class(tree, token)
    if speaker and found in ("he", "we", "it"):
        return speaker
    if found == "we" and discourse.quoted and token.dep_ != "poss":
        return discourse.quoted
    spoken = tree.text[discourse.paragraph_start : tree.spans[token.i][0]]
    if found == "they" and discourse.quoted and _is_open(spoken):
        return f"those opposed to {discourse.quoted}"
    if found == "they":
        return discourse.forces
    if found == "he" and discourse.forces.lower() in ("the enemy", "enemy", "the adversary", "the foe"):
        return discourse.forces
    if found in ("he", "who"):
        return discourse.person
    if found == "it":
        return discourse.forces
    if found in ("", "civilian", "witness", "media"):
        return mention(tree, token) if found in ("media", "witness", "civilian") else ""
    words = mention(tree, token)
    first = words.split(" ", 1)[0].lower()
    if speaker and first in ("his", "our", "its"):
        return f"{speaker}'s {words.split(' ', 1)[-1]}"
    if first in ("his", "their", "its") and (discourse.person or discourse.forces):
        singular_owner = first == "his" and "enemy" not in discourse.forces.lower()
        owner = (
            (discourse.person if singular_owner else discourse.forces) or discourse.person or discourse.forces
        )
        return f"{owner}'s {words.split(' ', 1)[-1]}"
    return words


def speaker_of(tree: Tree, stance: Stance, discourse: Discourse) -> str:
    """Return who speaks in the clause, "" where nobody of a side does."""
    source = deref(stance.source)
    if source is None:
        return discourse.speaker
    if _stands_for_people(tree, source):
        return mention(tree, source)
    speaks = doer_class(tree, source) in ("official", "name", "force", "nation", "media", "he")
    return name_of(tree, source, discourse) if speaks else ""


def _stands_for_people(tree: Tree, token: Token) -> bool:
    """Return whether a place's name is that of those who rule there: "Kyiv said that its troops ..."."""
    place = tree.place(token)
    return isinstance(place, Toponym) and place.role == "associative"


def _quoted(paragraph: str) -> str:
    """
    Return the man of a side whom a paragraph lets speak in his own words, "" for none.

    His "we" is his side and his "they" the enemy: "They are shelling us," a rebel told reporters.

    Examples
    --------
    >>> _quoted('"They are shelling us," a rebel fighter told reporters.')
    'a rebel fighter'
    >>> _quoted("A doctor said that shells fell.")
    ''
    """
    if _FIRST_PERSON.search(paragraph) is None:
        return ""
    for match in _SPEAKS.finditer(paragraph):
        mention = match.group(1) or match.group(2)
        if any(singular(word) in _SIDE_WORDS for word in mention.split()):
            return mention
    return ""


def _is_open(spoken: str) -> bool:
    """Return whether a quotation is open at the end of a text.

    Examples
    --------
    >>> _is_open('"We are leaving," he said. "'), _is_open('"We are leaving," he said, and ')
    (True, False)
    """
    if "“" in spoken or "”" in spoken:
        return spoken.rfind("“") > spoken.rfind("”")
    return spoken.count('"') % 2 == 1


def _label(text: str, start: int) -> str:
    """Return the government that a paragraph is headed by: "Baku, 11.00.", "Moscow: the ministry ..."."""
    match = _HEADED_BY.match(text, start, min(len(text), start + 90))
    return match.group(1) if match and match.group(1).lower() in _seats() else ""


@lru_cache(maxsize=1)
def _seats() -> frozenset[str]:
    return frozenset(seat.lower() for row in read_table("nations.tsv") for seat in row[2].split(",") if seat)
