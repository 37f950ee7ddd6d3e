"""How sure a clause is: said by whom, denied, planned, attempted, supposed; read upwards in the tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mapper.words import read_table, singular, verb_forms, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

VERBAL = ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD")
_FUTURE = frozenset(
    {"will", "shall", "'ll", "wo", "would", "may", "might", "could", "should", "must", "ca", "can"}
)
_WRONGLY = frozenset({"wrongly", "falsely", "mistakenly", "erroneously", "incorrectly"})
_SUPPOSED = frozenset({"if", "unless", "whether", "lest", "until", "till"})
_NEGATIONS = frozenset({"not", "n't", "never", "no", "nobody", "none", "neither", "nor", "nothing", "hardly"})


@dataclass(frozen=True, slots=True)
class Stance:
    """What the words around a trigger say about it; `source` is the noun of who says it."""

    negated: bool = False
    planned: bool = False
    supposed: bool = False
    attempted: bool = False
    failed: bool = False
    denied: bool = False
    claimed: bool = False
    source: Token | None = None


@lru_cache(maxsize=1)
def _lists() -> dict[tuple[str, str], frozenset[str]]:
    lists: dict[tuple[str, str], set[str]] = {}
    for category, part, words in read_table("stances.tsv"):
        into = lists.setdefault((category, part), set())
        for word in words.split(","):
            base, *irregular = word.split("/")
            into |= {base, *irregular} | (verb_forms(base) if part == "v" else set())
    return {key: frozenset(words) for key, words in lists.items()}


SAYING = frozenset(word for name in ("say", "claim", "deny") for word in _lists()[name, "v"])


def is_verb_of(category: str, token: Token) -> bool:
    """Return whether a token is a form of a verb in that category of `resources/stances.tsv`."""
    return token.lower_ in _lists()[category, "v"] and token.tag_ in VERBAL


def is_noun_of(category: str, token: Token) -> bool:
    """Return whether a token is a noun in that category of `resources/stances.tsv`."""
    return singular(token.lower_) in _lists()[category, "n"] and token.tag_.startswith("NN")


def subject(verb: Token) -> Token | None:
    """Return the grammatical subject of a verb, borrowed from the verb it is joined to if it has none."""
    for _ in range(6):
        for child in verb.children:
            if child.dep_ in ("nsubj", "nsubjpass", "expl", "csubj"):
                return child
        if verb.dep_ not in ("conj",) or verb.head.tag_ not in VERBAL:
            return None
        verb = verb.head
    return None


def is_passive(verb: Token) -> bool:
    """Return whether a verb is in the passive: "was taken", "the town taken on Friday"."""
    if any(c.dep_ in ("auxpass", "nsubjpass") for c in verb.children):
        return True
    helped = any(
        c.dep_ == "aux" and c.lower_ in ("has", "have", "had", "'ve", "'d", "having") for c in verb.children
    )
    if verb.tag_ != "VBN" or helped:
        return False
    if any(c.dep_ == "nsubj" for c in verb.children) and agent(verb) is None:
        return False  # the tagger took "overran", "besieged" for participles
    if verb.dep_ == "conj" and verb.head.tag_ in VERBAL:
        return not any(c.dep_ == "nsubj" for c in verb.children) and is_passive(verb.head)
    return True


def agent(verb: Token) -> Token | None:
    """Return the noun after "by" in a passive, None when it is not told."""
    for child in verb.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by"):
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


def read_stance(token: Token) -> Stance:
    """
    Return how sure the clause of a trigger is.

    Walks from the trigger to the root. Modality stops at a clause with a life of its own ("after",
    "while", a relative clause); who said it goes on to the root.

    Examples
    --------
    >>> from mapper.text.syntax import find_sentences, parse
    >>> text = "The ministry denied that rebels would attack."
    >>> tree = parse(text, find_sentences(text)[0], [], [])
    >>> stance = read_stance(tree.doc[6])
    >>> stance.denied, stance.planned, stance.source
    (True, True, ministry)
    """
    stance = Stance()
    inside = True
    node = token
    for _ in range(12):
        if inside:
            stance = _own(node, stance)
        for child in node.children:
            if child.lower_ == "according" and stance.source is None:
                stance = replace(stance, source=_according(child))
        if node.dep_ == "ROOT" or node.head == node:
            break
        if inside and node.dep_ in ("pobj", "pcomp") and node.head.lower_ in ("without", "instead"):
            stance = replace(stance, supposed=True)
        inside = inside and not _own_life(node)
        stance = _upward(node, node.head, stance, inside)
        node = node.head
    return stance


def _first(verb: Token) -> bool:
    """Return whether a verb says who was first or last to do what depends on it: no purpose, but a fact."""
    told = (c for c in verb.children if c.dep_ == "attr")
    return any(c.lower_ in ("first", "last", "latest", "only") for noun in told for c in noun.children)


def _own(node: Token, stance: Stance) -> Stance:
    """Add what the helpers of a verb, or the determiner of a noun, say."""
    if node.tag_ in VERBAL:
        for child in node.children:
            low = child.lower_
            if child.dep_ == "neg" or (child.dep_ == "advmod" and low in _NEGATIONS):
                stance = replace(stance, negated=not stance.negated)
            elif child.dep_ == "aux" and low in _FUTURE:
                perfect = any(
                    c.lower_ in ("have", "'ve", "\u2019ve") and c.dep_ == "aux" for c in node.children
                )
                if low in ("ca", "can"):
                    stance = replace(stance, supposed=True)
                elif not (perfect and low in ("may", "might", "must")):
                    stance = replace(
                        stance, planned=True, supposed=stance.supposed or (perfect and low != "will")
                    )
            elif child.dep_ == "mark" and low in _SUPPOSED:
                stance = replace(stance, supposed=True)
            elif (
                child.dep_ in ("nsubj", "nsubjpass")
                and (
                    low in ("nobody", "none", "nothing", "neither")
                    or any(c.lower_ in ("no", "none", "neither") for c in child.children)
                )
            ) or (child.dep_ == "dobj" and any(c.dep_ == "det" and c.lower_ == "no" for c in child.children)):
                stance = replace(stance, negated=True)
            elif child.dep_ == "aux" and child.text == "Had" and _before_subject(child, node):
                stance = replace(stance, supposed=True)
        bare = node.dep_ == "conj" and node.tag_ == "VB" and not any(c.dep_ == "aux" for c in node.children)
        if bare and any(c.dep_ == "aux" and c.lower_ in _FUTURE for c in node.head.children):
            stance = replace(stance, planned=True)  # "will advance and take"
        if stance.negated and _to(node):
            stance = replace(stance, supposed=True)  # "lest it be surrounded"
    else:
        for child in node.children:
            low = child.lower_
            if (child.dep_ in ("det", "neg", "advmod") and low in _NEGATIONS) or low == "without":
                stance = replace(stance, negated=True)
            elif child.dep_ == "amod" and low in (
                "planned",
                "expected",
                "possible",
                "imminent",
                "future",
                "next",
                "coming",
                "likely",
            ):
                stance = replace(stance, planned=True)
            elif child.dep_ == "amod" and low in ("failed", "abortive", "unsuccessful", "beaten"):
                stance = replace(stance, failed=True)
            elif child.dep_ == "amod" and low in ("attempted",):
                stance = replace(stance, attempted=True)
            elif child.dep_ == "amod" and low in ("alleged", "supposed", "purported"):
                stance = replace(stance, claimed=True)
    return stance


def _own_life(node: Token) -> bool:
    """Return whether a clause stands by itself in time and truth: relative, temporal, main."""
    if node.dep_ == "relcl":
        return not _is_content(node)
    if node.dep_ == "advcl":
        return any(
            c.dep_ in ("mark", "advmod") and c.lower_ in _TEMPORAL for c in node.children
        ) or node.tag_ in ("VBG", "VBN")
    if node.dep_ == "pobj" or node.dep_ == "pcomp":
        return node.head.lower_ in ("after", "before", "since", "during", "following", "despite")
    if node.dep_ == "conj" and node.tag_ in VERBAL:
        return node.tag_ != "VB"
    return False


def _is_content(node: Token) -> bool:
    """Return whether a clause says what a claim is, though parsed as relative: "a lie that X fell"."""
    told = any(is_noun_of(category, node.head) for category in ("deny", "claim"))
    return told and any(c.lower_ == "that" and c.dep_ in ("mark", "dobj") for c in node.children)


def _before_subject(helper: Token, verb: Token) -> bool:
    """Return whether a helper stands before the subject: "Had the army taken it, ..."."""
    return any(c.dep_ in ("nsubj", "nsubjpass") and c.i > helper.i for c in verb.children)


_TEMPORAL = word_set("certainty.temporal")


def _upward(node: Token, head: Token, stance: Stance, inside: bool) -> Stance:
    """Add what the head of a clause or of a noun says about it."""
    if head.tag_ in VERBAL:
        if node.dep_ not in _GOVERNED:
            return stance
        if inside and (modal := _below_modal(node, head, stance)) is not None:
            return modal
        return _told(node, head, stance, inside)
    if inside and head.tag_.startswith("NN") and node.dep_ in _ATTACHED:
        return _below_noun(node, head, stance)
    if head.tag_ == "JJ" and node.dep_ in _ATTACHED and head.lower_ in _READY:
        return replace(stance, planned=True)
    return stance


_TOLD = frozenset(("ccomp", "xcomp", "dobj", "nsubjpass", "oprd", "pcomp", "prep", "acomp"))
_GOVERNED = _TOLD | {"attr", "advcl", "pobj", "dative", "nsubj"}
_COMPLEMENTS = frozenset(("xcomp", "ccomp", "dobj", "nsubjpass", "advcl", "prep", "oprd"))
_ATTACHED = frozenset(("acl", "prep", "pobj", "appos", "amod", "compound", "relcl"))
_READY = frozenset(("ready", "likely", "set", "due", "poised", "able", "about"))


def _below_modal(node: Token, head: Token, stance: Stance) -> Stance | None:
    """Return the stance under a verb of denying, trying, planning, averting; None under another."""
    if is_verb_of("deny", head) and node.dep_ not in ("nsubj", "advcl"):
        return replace(stance, denied=True, source=_speaker(head) or stance.source)
    if node.dep_ == "nsubjpass" and is_verb_of("drop", head):
        return replace(stance, denied=True)  # "the assault was called off"
    if node.dep_ == "xcomp":
        if is_verb_of("fail", head):
            return replace(stance, failed=True)
        if is_verb_of("attempt", head):
            return replace(stance, attempted=True)
        if head.lower_ == "used" and _to(node):
            return replace(stance, supposed=True)
    if node.dep_ in _COMPLEMENTS:
        named = head.lower_.startswith("call") and node.dep_ == "dobj"  # "called the loss of X a flood"
        if is_verb_of("plan", head) and _forward(node) and not named:
            return replace(stance, planned=True, source=stance.source or _speaker(head))
        if head.lower_ in ("going", *_READY - {"likely", "able"}) and _forward(node):
            return replace(stance, planned=True)
        if (
            head.lower_ in ("is", "are", "was", "were", "be", "has", "have")
            and node.dep_ == "xcomp"
            and _to(node)
        ):
            return replace(stance, planned=True)
        if node.dep_ == "advcl" and _to(node) and head.lower_ != "used" and not _first(head):
            return replace(stance, planned=True, supposed=True)
    if is_verb_of("avert", head) and node.dep_ in ("dobj", "pobj", "prep", "pcomp", "xcomp"):
        return replace(stance, supposed=True)
    return None


def _told(node: Token, head: Token, stance: Stance, inside: bool) -> Stance:
    """Return the stance of what a verb of saying tells: by whom, and whether he calls it false."""
    said, claimed = is_verb_of("say", head), is_verb_of("claim", head)
    if said and node.dep_ in ("dobj", "nsubjpass") and _calls_false(head):
        return replace(stance, denied=True, source=_speaker(head) or stance.source)
    if (
        said
        and node.dep_ == "ccomp"
        and inside
        and any(t.lower_ in _FALSE for c in head.children if c.dep_ in ("oprd", "dobj") for t in c.subtree)
    ):
        return replace(stance, denied=True, source=_speaker(head) or stance.source)  # "called it a lie that"
    if said and node.dep_ == "dobj" and _sees(head):
        return stance
    wrongly = any(c.lower_ in _WRONGLY for c in head.children)
    if said and inside and (wrongly or _is_earlier_version(_speaker(head))):
        return replace(stance, denied=True)
    if not (said or claimed) or node.dep_ not in _TOLD:
        return stance
    source = stance.source if stance.source is not None else _speaker(head)
    hearsay = is_passive(head) and source is None and node.dep_ == "xcomp" and head.lower_ in _HEARSAY
    return replace(stance, source=source, claimed=stance.claimed or claimed or hearsay)


def _below_noun(node: Token, noun: Token, stance: Stance) -> Stance:
    """Return the stance under a noun: an attempt, a plan, a denial, a claim."""
    aimed_at = node.dep_ == "prep" and node.lower_ == "of" and noun.lower_ == "target"
    if is_noun_of("plan", noun) and not aimed_at:
        if singular(noun.lower_) not in _ATTEMPTS:
            return replace(stance, planned=True)
        return replace(stance, failed=True) if comes_to_nothing(noun) else replace(stance, attempted=True)
    if _purpose(node, noun):
        return replace(stance, supposed=True)  # "the operation to retake X": told by its noun
    if noun.lower_ == "truth" and any(c.lower_ == "no" for c in noun.children):
        return replace(stance, denied=True)  # "no truth in the word that X fell"
    if is_noun_of("deny", noun) or (node.dep_ in ("acl", "prep", "relcl") and _called_false(noun)):
        return replace(stance, denied=True)
    if is_noun_of("say", noun) and stance.source is None and _owner(noun) is not None:
        return replace(stance, source=_owner(noun))
    if is_noun_of("claim", noun):
        return replace(stance, claimed=True, source=stance.source or _owner(noun))
    return stance


_HEARSAY = frozenset({"said", "believed", "thought", "understood", "rumoured", "rumored"})
_ATTEMPTS = frozenset({"attempt", "bid", "effort", "try", "endeavour"})
_MISSIONS = word_set("certainty.missions")
_NAUGHT = word_set("certainty.naught")


def comes_to_nothing(noun: Token) -> bool:
    """Return whether what a noun tells fails: "the attempt came to nothing", "the attack was beaten off"."""
    verb = noun.head
    if noun.dep_ not in ("nsubj", "nsubjpass", "dobj", "pobj") or verb.tag_ not in VERBAL:
        return False
    if any(c.dep_ == "neg" for c in verb.children):
        return verb.lower_ in ("succeed", "work", "help", "come", "manage")
    if is_verb_of("break", verb) or is_verb_of("fail", verb):
        return True
    return noun.dep_ == "nsubj" and any(
        t.lower_ in _NAUGHT
        for c in verb.children
        if c.dep_ in ("acomp", "attr", "prep", "advmod", "xcomp")
        for t in c.subtree
    )


def _purpose(node: Token, noun: Token) -> bool:
    """Return whether a verb says what an operation is for."""
    return node.dep_ in ("acl", "relcl") and _to(node) and singular(noun.lower_) in _MISSIONS


def _is_earlier_version(speaker: Token | None) -> bool:
    """Return whether the writer corrects himself: "an earlier version said that ..."."""
    if speaker is None or singular(speaker.lower_) not in (
        "version",
        "edition",
        "report",
        "article",
        "dispatch",
        "despatch",
        "bulletin",
    ):
        return False
    return any(c.lower_ in ("earlier", "previous", "first", "original") for c in speaker.children)


def _called_false(noun: Token) -> bool:
    """Return whether a claim is called false where it is told: "the report that X fell is untrue"."""
    verb = noun.head
    if noun.dep_ not in ("nsubj", "nsubjpass") or not (is_noun_of("claim", noun) or is_noun_of("say", noun)):
        return False
    negated = any(c.dep_ == "neg" for c in verb.children)
    verbs = [verb, *(c for c in verb.children if c.dep_ in ("xcomp", "ccomp", "conj") and c.tag_ in VERBAL)]
    said = {c.lower_ for v in verbs for c in v.children if c.dep_ in ("acomp", "attr", "oprd", "xcomp")}
    return bool(said & _FALSE) or (negated and bool(said & _TRUE))


_FALSE, _TRUE = word_set("states.false"), word_set("states.true")


def _calls_false(verb: Token) -> bool:
    """Return whether a verb says of its object that it is false: "called the report nonsense"."""
    said = {
        t.lower_ for c in verb.children if c.dep_ in ("oprd", "ccomp", "xcomp", "dobj") for t in c.subtree
    }
    return verb.lower_ in _CALLS and bool(said & _FALSE)


_CALLS = frozenset(
    form for base in ("call", "brand", "label", "describe", "term") for form in verb_forms(base)
)


def _sees(verb: Token) -> bool:
    """Return whether a place "saw" something: it happened there, nobody says so."""
    own = subject(verb)
    return own is not None and own.tag_ == "NNP" and verb.lower_ in ("see", "sees", "saw", "seen", "heard")


def _forward(node: Token) -> bool:
    """Return whether a complement looks ahead: an infinitive, a noun, a clause with "would"."""
    if node.tag_.startswith("NN") or node.dep_ in ("prep", "pcomp"):
        return True
    return (
        _to(node) or node.tag_ == "VB" or any(c.lower_ in _FUTURE for c in node.children if c.dep_ == "aux")
    )


def _to(node: Token) -> bool:
    return any(c.dep_ == "aux" and c.lower_ == "to" for c in node.children)


def _speaker(verb: Token) -> Token | None:
    """Return who says it: the subject, or in the passive the noun after "by"."""
    if is_passive(verb):
        return agent(verb)
    return subject(verb)


def _according(token: Token) -> Token | None:
    for part in token.subtree:
        if part.dep_ == "pobj":
            return part
    return None


def _owner(noun: Token) -> Token | None:
    """Return whose claim it is: "Moscow's claim", "a claim by the ministry"."""
    for child in noun.children:
        if child.dep_ == "poss":
            return child
        if child.dep_ == "prep" and child.lower_ in ("by", "from"):
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None
