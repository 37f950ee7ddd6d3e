"""Entries of a list that say who holds a place without a verb: "X: ours.", "#Y - ABC since 3 May"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mapper.model import Toponym
from mapper.text.actors import doer_class
from mapper.text.states import State
from mapper.text.syntax import Tree
from mapper.text.whereabouts import Where
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_BULLETS = frozenset("#-*\u2022>(\"'\u201c")
_LINKS = frozenset({":", "-", "\u2013", "\u2014", "(", "="})
_ADVERBS = word_set("entries.adverbs")
_HELD = word_set("entries.held")
_OWN = frozenset({"ours", "theirs", "his"})
_LONGEST = 24  # tokens of an entry


def find_entries(tree: Tree) -> Iterator[State]:
    """Yield who holds the places that an entry names first."""
    if len(tree.doc) > _LONGEST:
        return
    places, link = _named_first(tree)
    if places and link < len(tree.doc) and tree.doc[link].text in _LINKS:
        holder = _holder(tree, link + 1, sure=tree.doc[link].text == "(")
        if holder is not None:
            since = any(t.lower_ == "since" for t in tree.doc[holder.i + 1 : holder.i + 5])
            for place in places:
                yield State(holder, "capture" if since else "holds", Where(place), holder)


def _named_first(tree: Tree) -> tuple[list[Toponym], int]:
    """Return the places that a sentence names before all else, and the token after them."""
    i, places = 0, []
    for i, token in enumerate(tree.doc):
        place = tree.place(token)
        if isinstance(place, Toponym) and place.role == "literal":
            places.append(place)
        elif token.text not in _BULLETS if not places else not _joins(tree, i):
            break
    return places, i


def _joins(tree: Tree, i: int) -> bool:
    """Return whether a token stands between two places of a list."""
    joint = tree.doc[i].lower_ in (",", "and", "/", "&")
    return joint and i + 1 < len(tree.doc) and tree.place(tree.doc[i + 1]) is not None


def _holder(tree: Tree, start: int, *, sure: bool) -> Token | None:
    """Return who has the places: "still ours", "ABC since 3 May", "rebel-held"."""
    doc, i = tree.doc, start
    while i < len(doc) and doc[i].lower_ in _ADVERBS:
        sure, i = sure or doc[i].lower_ in ("in", "under", "held", "by", "still", "with"), i + 1
    if i >= len(doc):
        return None
    holder, found = doc[i], doer_class(tree, doc[i])
    group = found == "name" and holder.text == "NATO"  # as which all initials are read
    if holder.lower_ in _OWN or not (group or found in ("force", "nation", "we", "they")):
        return holder if holder.lower_ in _OWN else None
    after = [t.lower_ for t in doc[i + 1 : i + 4] if t.text not in ("-", "\u2013")]
    ends = not after or after[0] in (",", ".", ")", ";", "since")
    troops = bool(after) and singular(after[0]) in ("force", "troop", "army")
    held = bool(after) and (
        after[0] in _HELD or (troops and after[1:2] in ([], [","], ["."], [")"], ["since"]))
    )
    return holder if held or (ends and (sure or not group or "since" in after)) else None
