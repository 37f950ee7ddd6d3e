"""Who holds a place, told by who is there: "soldiers sit in X", "their base at X", "fired from X"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class
from mapper.text.certainty import VERBAL, is_passive, is_verb_of, subject
from mapper.text.focus import SETTLEMENTS
from mapper.text.frames import verb_frames
from mapper.text.roles import deref, doer, verb_object
from mapper.text.states import State, described
from mapper.text.syntax import Tree
from mapper.text.triggers import verb_frames_of
from mapper.text.whereabouts import Where, objects_of, places_after, places_in
from mapper.words import singular, verb_forms, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_SITS = word_set("presence.sits")
_RUNS = frozenset(form for base in sorted(word_set("presence.runs")) for form in verb_forms(base)) | {"ran"}
_BASES = word_set("states.bastions") | word_set("presence.bases")
_INSIDE = ("in", "inside", "at", "on", "within")
_AMID = (*_INSIDE, "into", "to")
_KEEPS = frozenset(
    form for base in ("have", "maintain", "keep", "hold", "retain", "establish") for form in verb_forms(base)
) | {"has", "had", "kept", "held"}
_SETS_OUT = frozenset(form for base in sorted(word_set("presence.sets_out")) for form in verb_forms(base)) | {
    "drove",
    "came",
    "struck",
    "set",
}


def find_presence(tree: Tree) -> Iterator[State]:
    """Yield who is at home where according to one sentence, no event making it so."""
    for token in tree.doc:
        if token.lower_ in _SITS or (token.tag_ in VERBAL and token.tag_ != "MD"):
            yield from _sitting(tree, token)
        if token.tag_ in VERBAL and token.tag_ != "MD":
            yield from _running(tree, token)
            yield from _origin(tree, token)
            yield from _refuge(tree, token)
        elif token.tag_.startswith("NN") and tree.place(token) is None:
            yield from _base(tree, token)


def _is_there(tree: Tree, who: Token | None) -> bool:
    """Return whether a doer is a body of armed men: a name alone may be a person."""
    return (who is not None and who.lower_ != "i") and (
        who.text == "NATO" or doer_class(tree, who) in ("force", "nation", "we", "they")
    )  # every group of initials is read as NATO


def _sitting(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The soldiers sit in X", "X, where the army remains", "at X the troops are repairing a bridge"."""
    sits = verb.lower_ in _SITS
    who = _sitter(verb) if sits else doer(verb)
    if not _is_there(tree, who) or (is_passive(verb) and not sits):
        return
    fronted = not sits and not verb_frames(verb.lower_) and not is_verb_of("say", verb) and _goes_on(verb)
    if not sits and not fronted:
        return
    for child in verb.children:
        place: list[Where] = []
        if child.lower_ == "where" and child.dep_ == "advmod" and verb.dep_ == "relcl":
            place = _whole(tree, verb.head)
        elif (
            child.dep_ == "prep"
            and child.lower_ in (_AMID if sits else _INSIDE)
            and (sits or child.i < verb.i)
        ):
            place = [w for o in objects_of(child) for w in _whole(tree, o)]
        for where in place:
            if where.named is not None and not where.partial:
                yield State(verb, "holds", where, who)


def _sitter(verb: Token) -> Token | None:
    """Return who sits: "they remain entrenched", "are penned into", "the fighters holed up in X"."""
    if verb.dep_ in ("acl", "amod") and verb.i > verb.head.i:
        return verb.head
    if verb.dep_ in ("acomp", "oprd", "xcomp"):
        return deref(subject(verb.head))
    return deref(subject(verb)) if is_passive(verb) else doer(verb)


def _whole(tree: Tree, noun: Token) -> list[Where]:
    """Return the places of a noun that means all of them: not "the airport of X", "a school in X"."""
    whole = tree.place(noun) is not None or noun.lower_ in SETTLEMENTS
    if noun.dep_ == "pobj" and noun.head.lower_ == "of" and noun.head.head.lower_ not in SETTLEMENTS:
        return []
    return list(places_in(tree, noun)) if whole else []


def _goes_on(verb: Token) -> bool:
    """Return whether a verb tells what goes on or is so: "are repairing", "has mortars"."""
    helpers = {c.lower_ for c in verb.children if c.dep_ == "aux"}
    return verb.lower_ in ("have", "has", "had") or (
        verb.tag_ == "VBG" and bool(helpers & {"is", "are", "was", "were", "'re"})
    )


def _running(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The militia runs X", "the bridges that they man", "they still occupy X"."""
    if verb.lower_ not in _RUNS or is_passive(verb):
        return
    if verb.lower_.startswith("occup") and verb.tag_ not in ("VBZ", "VBP"):
        return  # "occupied" tells that they took it
    who, thing = doer(verb), verb_object(verb)
    if thing is None or who is None or doer_class(tree, who) not in FIGHTING:
        return
    for where in places_in(tree, thing):
        if where.named is not None or tree.place(thing) is not None:
            yield State(verb, "holds", where, who)


def _origin(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The column set out from X", "they shell the road from X": whence a side comes is its own."""
    who = doer(verb) if verb.lower_ in _SETS_OUT and not is_passive(verb) else None
    if who is None or doer_class(tree, who) not in ("force", "nation") or who.tag_ == "DT":
        return
    driven = verb_object(verb)
    if driven is not None and doer_class(tree, driven) in ("force", "nation", "they"):
        return  # "drove the rebels from X"
    if any(
        c.lower_ in ("out", "back", "away", "off") and c.i > verb.i and not _sets(verb) for c in verb.children
    ):
        return
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ == "from":
            for where in (w for o in objects_of(child) for w in places_in(tree, o)):
                if where.named is not None and not where.near:
                    yield State(verb, "holds", where, who, given=True)


def _sets(verb: Token) -> bool:
    return verb.lower_ in ("set", "sets", "setting", "fan", "struck", "move", "moved", "moving")


def _refuge(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The garrison fell back on X", "they withdrew to X": where those who leave a place go."""
    if not any(f.kind == "withdraw" for f in verb_frames_of(tree, verb)):
        return
    who = doer(verb) if not is_passive(verb) else None
    if who is None or doer_class(tree, who) not in ("force", "nation", "name", "they", "arm", "it"):
        return
    back = verb.lower_.startswith("retir") or any(c.lower_ == "back" for c in verb.children)
    for where in places_after(tree, verb, ("to", "into", "behind", *(["on"] * back))):
        if where.named is not None:
            yield State(verb, "redeploy", where, who)


def _base(tree: Tree, noun: Token) -> Iterator[State]:
    """ "X is their base", "rebel positions at X", "X, headquarters of the army", "the garrison of X"."""
    if not {noun.lower_, singular(noun.lower_)} & _BASES:
        return
    owner = next(
        (c for c in noun.children if c.dep_ in ("amod", "compound", "poss", "nmod") and _may_own(tree, c)),
        None,
    )
    if owner is None and noun.dep_ == "dobj" and noun.head.lower_ in _KEEPS:
        who = doer(noun.head)
        owner = who if _is_there(tree, who) or (who is not None and doer_class(tree, who) == "name") else None
    if owner is None:
        owner = next(
            (
                o
                for c in noun.children
                if c.dep_ == "prep" and c.lower_ == "of"
                for o in objects_of(c)
                if doer_class(tree, o) == "force"
            ),
            None,
        )
    past = any(c.lower_ in ("last", "former", "old") for c in noun.children) and noun.dep_ == "attr"
    if owner is None or (past and noun.head.lower_ in ("was", "were")):
        return  # "X was their old lair": it is no longer
    kept = noun.dep_ == "dobj" and noun.head.lower_ in _KEEPS
    said = kept or noun.dep_ in ("attr", "acomp", "oprd")
    for where in described(tree, noun):
        if where.named is not None:
            yield State(noun.head if kept else noun, "holds", where, owner, given=not said)


def _may_own(tree: Tree, token: Token) -> bool:
    """Return whether a base can be somebody's: "military", "police" only say of what kind it is."""
    if token.lower_ in ("military", "police", "guard"):
        return False
    if token.dep_ == "poss" and token.head.dep_ in ("appos", "attr"):
        return doer_class(tree, token) in FIGHTING  # "X, Jumblatt's headquarters"
    return token.text == "NATO" or doer_class(tree, token) in ("force", "nation", "we", "they", "it")
