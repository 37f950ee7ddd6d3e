"""Mentions of those who act: what sort of doer a noun is, and the words that name it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mapper.text.syntax import Tree
from mapper.words import read_table, singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

FIGHTING = frozenset({"force", "arm", "name", "nation", "we", "they"})

# "hundreds of rebels", "units of the Group North": the noun after "of" says who they are.
_QUANTITIES = word_set("actors.quantities")
_PRONOUNS = {
    "they": "they", "them": "they", "their": "they", "he": "he", "him": "he", "his": "he", "she": "he",
    "we": "we", "us": "we", "our": "we", "ours": "we", "i": "we", "it": "it", "its": "it", "theirs": "they",
    "who": "who", "which": "who", "that": "who", "both": "they", "others": "they",
    "these": "they", "those": "they",
}  # fmt: skip
_ACRONYM = re.compile(r"[A-Z]{2,6}|[A-Z]{1,4}-?\d{1,3}")
_LEFT = frozenset({"det", "amod", "compound", "poss", "nummod", "nmod", "quantmod", "advmod", "predet"})


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    """Return the class of each noun in `resources/forces.tsv`; the first class that lists it counts."""
    classes: dict[str, str] = {}
    for name, words in read_table("forces.tsv"):
        for word in words.split(","):
            classes.setdefault(word, name)
    return classes


@lru_cache(maxsize=1)
def peoples() -> frozenset[str]:
    """Return adjectives and names of peoples in lower case, without plural ending."""
    return frozenset(singular(w) for row in read_table("nations.tsv") for w in row[1].split(",") if w)


def doer_class(tree: Tree, token: Token) -> str:
    """
    Return what sort of doer a noun or pronoun is, "" for a thing that cannot act.

    One of `force`, `arm`, `official`, `media`, `civilian`, `witness`, `name`, `nation`, `place`, or
    the pronouns `they`, `he`, `we`, `it`, `who`.
    """
    if tree.place(token) is not None:
        return "place"
    low = token.lower_
    if low in _PRONOUNS:
        return _PRONOUNS[low]
    word = singular(low)
    inner = _of(token)
    if word in _QUANTITIES and inner is not None:
        found = doer_class(tree, inner)
        if found in ("force", "arm", "name", "nation", "civilian", "they", "we"):
            return found
    found = _classes().get(word, "")
    if (
        found == "civilian"
        and any(c.dep_ == "poss" for c in token.children)
        and word in ("man", "men", "fighter")
    ):
        return "force"  # "his men", "Haftar's men"
    if found:
        return found
    if word in peoples():
        return "nation"
    if any(t.dep_ == "appos" and _classes().get(singular(t.lower_)) for t in token.children):
        return next(
            _classes()[singular(t.lower_)]
            for t in token.children
            if t.dep_ == "appos" and _classes().get(singular(t.lower_))
        )
    if token.tag_ in ("NNP", "NNPS") or _ACRONYM.fullmatch(token.text):
        titles = {
            _classes().get(singular(c.lower_), "") for c in token.children if c.dep_ in ("compound", "nmod")
        }
        if "official" in titles:
            return "official"
        return "name"
    return ""


def is_person(token: Token) -> bool:
    """Return whether a name looks like a person's: two capitalised words or more without an article."""
    if token.tag_ != "NNP" or token.text.isupper():
        return False
    before = [
        c
        for c in token.children
        if c.dep_ in ("compound", "nmod") and c.tag_ == "NNP" and not c.text.isupper()
    ]
    return bool(before) and not any(c.dep_ == "det" for c in token.children)


def _of(token: Token) -> Token | None:
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in ("of", "from") and child.i > token.i:
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


def mention(tree: Tree, token: Token) -> str:
    """
    Return the words of a mention: its noun with what stands before it, and "of", "loyal to" after it.

    Examples
    --------
    >>> from mapper.text.syntax import find_sentences, parse
    >>> text = "Hundreds of fighters loyal to the colonel, who had slept, left."
    >>> tree = parse(text, find_sentences(text)[0], [], [])
    >>> mention(tree, tree.doc[0])
    'Hundreds of fighters loyal to the colonel'
    """
    first = last = token.i
    for child in token.lefts:
        if child.dep_ in _LEFT and not (child.dep_ == "advmod" and child.i < first):
            first = min(first, child.left_edge.i)
    label = next((t.i for t in reversed(token.doc[first : token.i]) if t.tag_ == ":"), None)
    first = first if label is None else label + 1  # "X: Armenian", "X - rebels"
    stack = [c for c in token.rights if c.dep_ in ("prep", "amod", "acl")]
    for child in stack:
        wanted = (
            (child.dep_ == "prep" and child.lower_ in ("of", "from"))
            or (child.dep_ == "prep" and child.lower_ == "in" and _of(token) is None and False)
            or child.lower_
            in ("loyal", "faithful", "opposed", "allied", "hostile", "backed", "aligned", "led", "linked")
        )
        if wanted and child.left_edge.i == last + 1:
            last = _plain_end(child)
    return tree.words(first, last)


def _plain_end(token: Token) -> int:
    """Return the last token of a phrase, cut at a relative clause, an aside or a comma."""
    last = token.i
    for part in token.subtree:
        if part.i <= token.i:
            continue
        if part.dep_ in ("relcl", "appos", "punct", "cc", "acl") or part.tag_ in (",", ":", "-LRB-"):
            break
        last = part.i
    return last
