"""What a report says was done: by whom, to whom, where, and how sure it is.

A trigger is a verb or noun of the frames list; its clause gives the parts. Which sides the mentions
belong to, and which place "the town" is, needs more than a sentence and is decided in
`mapper.events`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mapper.model import Action, Certainty, Locative, Toponym
from mapper.text.actors import FIGHTING, doer_class, is_person, mention
from mapper.text.certainty import VERBAL, Stance, is_verb_of, read_stance, subject
from mapper.text.focus import Focus
from mapper.text.frames import Frame, may_tell, noun_frames, verb_frames
from mapper.text.gapping import share_verb
from mapper.text.roles import (
    Roles,
    Where,
    deref,
    doer,
    noun_roles,
    places_after,
    places_in,
    verb_object,
    verb_roles,
)
from mapper.text.states import Denial, find_denial, find_states
from mapper.text.syntax import Sentence, Tree, find_sentences, parse
from mapper.text.tokens import tokenize
from mapper.words import read_table, singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

# Words that say on whose side a man is ("rebel", "militiaman", "soldier"), from the list of sides.
_SIDE_WORDS = frozenset(
    word
    for name, words in read_table("sides.tsv")
    if name in ("revolt", "zeal", "alone_revolt", "alone_state", "state")
    for word in words.split(",")
)
_FIRE = frozenset({"shelling", "airstrike", "missile", "naval_fire", "ied", "demolition"})
# Who comes by air, fires from the ground, from far away, from the sea: the doer or means decides the kind.
_MEANS = {
    word: kind
    for kind in ("airstrike", "shelling", "missile", "naval_fire", "ied")
    for word in sorted(word_set(f"means.{kind}"))
}


@dataclass(slots=True)
class _Discourse:
    """What was talked about last: forces for "they", persons for "he", the last actions for "denied this"."""

    forces: str = ""
    person: str = ""
    speaker: str = ""  # whose statements a paragraph gives: "Baku, 11.00. ..."
    quoted: str = ""  # the man of a side who speaks in it
    paragraph_start: int = 0
    recent: list[Action] = field(default_factory=list)


def find_actions(text: str, toponyms: Sequence[Toponym], locatives: Sequence[Locative]) -> list[Action]:
    """
    Return what a text says was done, in the order of the text.

    Parameters
    ----------
    text
        A report.
    toponyms, locatives
        Its place names and the phrases that place something by them.

    Returns
    -------
    actions
        One for each trigger and place; `holds` states among them. Empty for a text without triggers.

    Examples
    --------
    >>> text = "The army was forced out of Brega by rebels."
    >>> found = find_actions(text, [Toponym(26, 31, "Brega")], [])
    >>> [(a.kind, a.actor, a.opponent, a.certainty) for a in found]
    [('withdraw', 'The army', 'rebels', 'reported')]
    >>> find_actions("", [], [])
    []
    """
    discourse = _Discourse()
    tokens = tokenize(text, toponyms)
    focus, starts = Focus(tokens), [t.start for t in tokens]
    asides = sorted((p for p in locatives if p.value is not None), key=lambda p: p.end)
    actions: list[Action] = []
    last_paragraph = -1
    sentences = find_sentences(text)
    ends = {sentence.paragraph: sentence.end for sentence in sentences}
    for sentence in sentences:
        if sentence.paragraph != last_paragraph:
            discourse.speaker, last_paragraph = _label(text, sentence), sentence.paragraph
            discourse.quoted = _quoted(text[sentence.start : ends[sentence.paragraph]])
            discourse.paragraph_start = sentence.start
        if sentence.heading:
            continue
        named = any(sentence.start <= t.start < sentence.end for t in toponyms)
        if not may_tell(text[sentence.start : sentence.end], named=named):
            if text[sentence.start - 2 : sentence.start].strip() == ";":
                actions += share_verb(text, sentence, [], discourse.recent, toponyms)
            continue
        while asides and asides[0].end <= sentence.start:
            aside = asides.pop(0)
            focus.advance(bisect_left(starts, aside.end))
            for landmark in aside.landmarks:
                focus.background(landmark, landmark=True)
        tree = parse(text, sentence, toponyms, locatives)
        if tree is None:
            continue
        told = [_by_means(a, text, discourse) for a in _sentence_actions(tree, sentence, discourse)]
        found = [_in_focus(a, focus, starts) for a in told]
        found += share_verb(text, sentence, found, discourse.recent, toponyms)
        denial = None if any(a.certainty == "denied" for a in found) else find_denial(tree)
        if denial is not None and discourse.recent:
            found += _deny(tree, sentence, denial, discourse, actions)
        actions += found
        discourse.recent = found or discourse.recent
    return actions


def _sentence_actions(tree: Tree, sentence: Sentence, discourse: _Discourse) -> Iterator[Action]:
    for token in tree.doc:
        _remember(tree, token, discourse)
        gerund = (
            token.tag_ == "VBG"
            and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
            and bool(noun_frames(token.lower_))
        )
        if token.tag_ in VERBAL and token.tag_ != "MD" and not gerund:
            for frame in _verb_frames(tree, token):
                found = list(_verb_actions(tree, sentence, token, frame, discourse))
                yield from found
                if found:
                    break
        elif (gerund or token.tag_.startswith("NN")) and tree.place(token) is None:
            for noun_frame in noun_frames(token.lower_)[:1]:
                yield from _noun_actions(tree, sentence, token, noun_frame, discourse)
    for state in find_states(tree):
        stance = read_stance(state.token)
        if is_next := state.holder is None and state.token.lower_ in ("is", "are", "was", "were"):
            stance = replace(stance, planned=True)
        base = _base(tree, sentence, state.token, state.kind, stance, discourse)
        holder = _name(tree, state.holder, discourse, _speaker(tree, stance, discourse))
        if is_next or not stance.supposed:
            yield from _each_place(base, [state.where], actor=holder, opponent="", outcome="none")


def _by_means(action: Action, text: str, discourse: _Discourse) -> Action:
    """Return the action with its kind after what "them" was: "Ships came. Missiles were fired from them."."""
    if action.kind not in ("shelling", "missile"):
        return action
    if (
        re.search(r"\b(?:from|by) (?:them|these|those)\b", text[action.clause_start : action.clause_end])
        is None
    ):
        return action
    before = re.findall(r"\w+", text[discourse.paragraph_start : action.sentence_start].lower())
    kinds = [_MEANS[word] for word in (singular(w) for w in before) if word in _MEANS]
    return replace(action, kind=kinds[-1]) if kinds else action


def _deny(
    tree: Tree, sentence: Sentence, denial: Denial, discourse: _Discourse, actions: list[Action]
) -> list[Action]:
    """Deny what the sentence before told: by the writer in place, by a side as a telling of its own."""
    told = [
        a for a in discourse.recent if a.certainty in ("claimed", "reported", "denied") and a.kind != "holds"
    ]
    told = [a for a in told if a.kind in ("capture", "withdraw", "surrender", "siege", "handover")] or told
    joined = tree.text[max(0, sentence.start - 2) : sentence.start].strip() in (";", ":")
    if denial.by is None or joined:
        for action in told:
            if action in actions:
                # "State radio says the town was retaken. It was not": by those whom the radio speaks for
                claimer = action.actor or (action.source if action.kind in ("capture", "handover") else "")
                actions[actions.index(action)] = replace(action, certainty="denied", actor=claimer)
        return []
    start, end = tree.spans[denial.token.i]
    source = _name(tree, denial.by, discourse)
    return [
        replace(
            a, start=start, end=end, sentence_start=sentence.start,
            sentence_end=sentence.end, certainty="denied",
            source=source, source_class=doer_class(tree, denial.by), actor="" if a.source else a.actor,
            opponent="" if a.source else a.opponent,
        )
        for a in told
    ]  # fmt: skip


def _in_focus(action: Action, focus: Focus, starts: Sequence[int]) -> Action:
    """Return the action with the place that is in mind where its clause names none."""
    index = bisect_left(starts, action.start)
    if action.where is not None or action.kind in ("recognition", "agreement", "statement"):
        return action  # what governments do has no place on the map unless one is named
    recent = action.place_word in ("it", "there", "this", "that")
    where = focus.resolve(index, recent=recent, here=action.place_word == "here")
    return replace(action, where=where, place_word=action.place_word or "-")


def _remember(tree: Tree, token: Token, discourse: _Discourse) -> None:
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


def _verb_frames(tree: Tree, token: Token) -> Iterator[Frame]:
    """Yield the frames of a verb: those whose particle stands beside it before those without."""
    after = token.doc[token.i + 1 : token.i + 3]
    for frame in verb_frames(tree.word(token)) or verb_frames(token.lower_):
        # The parser may hang the particle on the object: "driven the rebels from Sidra, a port".
        thing = verb_object(token)
        near = [*token.children, *(thing.children if thing is not None else ())]
        beside = any(c.lower_ == frame.particle for c in near if c.i > token.i)
        if (
            not frame.particle
            or beside
            or any(t.lower_ == frame.particle and t.dep_ in ("prt", "advmod", "prep") for t in after)
        ):
            yield frame


def _verb_actions(
    tree: Tree, sentence: Sentence, verb: Token, frame: Frame, discourse: _Discourse
) -> Iterator[Action]:
    roles = verb_roles(tree, verb, frame)
    if roles is None or not _doer_fits(tree, roles, frame):
        return
    takes_thing = "place" in frame.options and verb_object(verb) is not None  # "won praise in Ghazni"
    if not any(w.named for w in roles.places) and not takes_thing:
        roles.places = _adjuncts(tree, verb, frame) or roles.places
    if "place" in frame.options and not roles.places:
        return
    yield from _emit(tree, sentence, verb, frame, roles, discourse)


def _noun_actions(
    tree: Tree, sentence: Sentence, noun: Token, frame: Frame, discourse: _Discourse
) -> Iterator[Action]:
    roles = noun_roles(tree, noun, frame)
    head = noun.head
    if noun.dep_ == "compound" or (
        head.tag_.startswith("NN") and noun_frames(head.lower_) and noun.dep_ in ("compound", "amod")
    ):
        return
    verb = _governor(noun)
    if verb is not None:
        covered = {f.pattern for f in _verb_frames(tree, verb)}
        told = noun.dep_ in ("nsubjpass", "dobj", "nsubj") and frame.pattern in ("attack", "move")
        if told and covered & {"repulse", "attack", "rain", "defend", "lift"}:
            return  # "the attack was beaten off" is told by its verb
        if roles.doer is None and noun.dep_ == "dobj":
            own = doer(verb)
            if own is not None and doer_class(tree, own) in (*FIGHTING, "he"):
                # "fleeing a barrage": fired by the others
                if is_verb_of("flee", verb):
                    roles.other = own
                else:
                    roles.doer = own
        if not any(w.named for w in roles.places):
            roles.places = roles.places or _adjuncts(tree, verb, frame)
            if noun.dep_ == "pobj" and noun.head.lower_ == "under":
                target = deref(subject(verb))
                roles.places = list(places_in(tree, target)) if target is not None else roles.places
    if "weak" in frame.options and roles.doer is None:
        return
    if not roles.places and frame.pattern not in ("clash", "attack"):
        return
    if not roles.places and not (verb is not None and noun.dep_ in ("nsubj", "nsubjpass", "dobj")):
        return
    if (
        frame.pattern == "clash"
        and noun.dep_ == "pobj"
        and noun.head.lower_ in ("after", "of", "during", "without", "for", "from")
    ):
        return
    yield from _emit(tree, sentence, noun, frame, roles, discourse)


def _governor(noun: Token) -> Token | None:
    """Return the verb that a noun is subject or object of, through "of" and "under"."""
    node = noun
    for _ in range(4):
        head = node.head
        if head == node:
            return None
        if head.tag_ in VERBAL:
            return head
        if node.dep_ not in ("pobj", "prep", "conj"):
            return None
        node = head
    return None


def _adjuncts(tree: Tree, verb: Token, frame: Frame) -> list[Where]:
    """Return places beside the verb, or before the clause that it depends on ("In Misrata, ...")."""
    words: tuple[str, ...] = (
        "in",
        "at",
        "near",
        "around",
        "outside",
        "inside",
        "on",
        "between",
        "along",
        "of",
    )
    if frame.pattern in ("leave_from", "expel"):
        words = ("from", "in", "at")
    node = verb
    for _ in range(4):
        found = places_after(tree, node, words)
        for child in node.children:
            if not found and child.dep_ in ("dobj", "nsubj", "nsubjpass", "prep") and child != verb:
                inner = [o for o in child.children if o.dep_ == "pobj"] if child.dep_ == "prep" else [child]
                found = [
                    w
                    for noun in inner
                    if tree.place(noun) is None
                    for w in places_after(tree, noun, words[:9])
                ]
        if found:
            return found
        if node.dep_ in ("conj", "xcomp", "ccomp", "advcl", "parataxis") and node.head.tag_ in VERBAL:
            node = node.head
            if is_verb_of("say", node) and not any(c.dep_ == "prep" and c.i < node.i for c in node.children):
                return []
        else:
            return []
    return []


def _doer_fits(tree: Tree, roles: Roles, frame: Frame) -> bool:
    """Return whether the doer can do this: a force for a weak verb, nothing lifeless for a strong one."""
    if roles.doer is None:
        return not ("weak" in frame.options and not roles.passive)
    found = doer_class(tree, roles.doer)
    if frame.pattern in ("leave", "leave_from") and (found == "official" or is_person(roles.doer)):
        return False  # envoys come and go
    if "weak" in frame.options:
        return found in FIGHTING or found == "who"
    # "Shells hit the port", "driven from the town by a bombardment"
    fire = frame.pattern in ("attack", "expel") and any(
        f.kind in _FIRE for f in noun_frames(roles.doer.lower_)
    )
    return (
        fire
        or found in (*FIGHTING, "official", "place", "he", "who", "it", "civilian")
        or (found == "" and frame.pattern in ("fall", "rain", "explode", "yield", "stand"))
    )


def _emit(
    tree: Tree, sentence: Sentence, token: Token, frame: Frame, roles: Roles, discourse: _Discourse
) -> Iterator[Action]:
    """Yield the actions of one trigger: kind and parts after voice, aspect and means are weighed."""
    stance = read_stance(token)
    if stance.supposed:
        return
    if is_verb_of("claim", token):
        stance = replace(stance, claimed=True)
    kind = _kind(tree, token, frame, roles)
    speaker = _speaker(tree, stance, discourse)
    actor, opponent = (
        _name(tree, roles.doer, discourse, speaker),
        _name(tree, roles.other, discourse, speaker),
    )
    gainer = _name(tree, roles.gainer, discourse, speaker)
    if kind == "displacement" and frame.pattern in ("leave", "leave_from"):
        actor = opponent = ""
    pattern = frame.pattern
    if pattern == "fall":
        actor, opponent = gainer, ""
    elif pattern == "lose":
        actor, opponent = gainer, actor
    elif pattern in ("give", "leave", "leave_from") and gainer:
        opponent = gainer
    elif pattern == "expel" and roles.passive:
        kind, actor, opponent = "withdraw", opponent, actor
    if kind in ("capture", "surrender", "handover") and (stance.attempted or stance.failed):
        kind = "assault" if stance.attempted and not stance.failed else "repulse"
        if kind == "repulse":
            actor, opponent = opponent, actor
    elif frame.pattern == "enter" and stance.planned:
        kind = "assault"
    elif kind in ("assault", "advance") and (stance.failed or _fails(token)):
        kind, actor, opponent = "repulse", opponent, actor
    if not roles.places and (stance.planned or (frame.part == "n" and pattern in ("lose", "fall", "take"))):
        return
    if kind == "clash" and not roles.places and token.dep_ in ("relcl", "acl"):
        return
    base = _base(tree, sentence, token, kind, stance, discourse)
    yield from _each_place(base, roles.places, actor=actor, opponent=opponent, outcome="")


_FIRST_PERSON = re.compile(r"[\"“”]|\b(?:[Ww]e|[Uu]s|[Oo]ur|I)\b")
_SPEAKS = re.compile(
    r"\b((?:an?|one|another|the|some) (?:[\w'-]+ ){0,2}[\w'-]+) (?:said|says|told|added|shouted|recalled)\b"
    r"|\b(?:said|says|told us|added|recalled) ((?:an?|one|another|the) (?:[\w'-]+ ){0,2}[\w'-]+)"
)


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


def _label(text: str, sentence: Sentence) -> str:
    """Return the government that a paragraph is headed by: "Baku, 11.00.", "Moscow: the ministry ..."."""
    match = _HEADED_BY.match(text, sentence.start, min(len(text), sentence.start + 60))
    return match.group(1) if match and match.group(1).lower() in _seats() else ""


@lru_cache(maxsize=1)
def _seats() -> frozenset[str]:
    return frozenset(seat.lower() for row in read_table("nations.tsv") for seat in row[2].split(",") if seat)


def _speaker(tree: Tree, stance: Stance, discourse: _Discourse) -> str:
    """Return who speaks in the clause, "" where nobody of a side does."""
    source = deref(stance.source)
    if source is None or doer_class(tree, source) not in (
        "official",
        "name",
        "force",
        "nation",
        "media",
        "he",
    ):
        return discourse.speaker if source is None else ""
    return _name(tree, source, discourse)


def _kind(tree: Tree, token: Token, frame: Frame, roles: Roles) -> str:
    kind = frame.kind
    if (
        frame.pattern == "storm"
        and roles.places
        and not roles.places[0].partial
        and token.tag_ in ("VBD", "VBN")
    ):
        return "capture"
    if (
        frame.pattern in ("leave", "leave_from")
        and roles.doer is not None
        and doer_class(tree, roles.doer) == "civilian"
    ):
        return "displacement"
    if kind in (
        "assault",
        "shelling",
        "airstrike",
        "missile",
        "violence_against_civilians",
    ) and frame.base not in ("shell", "shelling"):
        words = [c.lower_ for c in token.children if c.dep_ in ("compound", "amod", "nmod")]
        if roles.doer is not None:
            words += [
                roles.doer.lower_,
                *(c.lower_ for c in roles.doer.children if c.dep_ in ("compound", "amod")),
            ]
        for child in token.children:
            if child.dep_ in ("prep", "agent") and child.lower_ in ("with", "by", "of", "from"):
                words += [t.lower_ for t in child.subtree]
        if any(
            w in ("roadside", "car", "truck", "suicide", "planted", "landmine", "mine", "lorry")
            for w in words
        ):
            return "ied"
        for word in words:
            if singular(word) in _MEANS:
                return _MEANS[singular(word)]
        told = noun_frames(roles.doer.lower_) if roles.doer is not None else ()
        return next((f.kind for f in told if f.kind in _FIRE), kind)
    return kind


def _fails(noun: Token) -> bool:
    """Return whether an attack that is told by a noun comes to nothing: "an attack failed"."""
    verb = noun.head
    return noun.dep_ in ("nsubj", "nsubjpass") and is_verb_of("break", verb)


def _base(
    tree: Tree, sentence: Sentence, token: Token, kind: str, stance: Stance, discourse: _Discourse
) -> Action:
    """Return the action without its parts: trigger, clause, certainty, source, tense."""
    source = deref(stance.source)
    source_class = doer_class(tree, source) if source is not None else ""
    if source is not None and source_class == "force" and _is_one_man(source):
        source_class = "witness"
    if source is None and discourse.speaker:
        source_class = "official"
    certainty: Certainty = "reported"
    if stance.denied or stance.negated:
        certainty = "denied"
    elif stance.planned:
        certainty = "planned"
    elif (
        stance.claimed
        or (source is None and discourse.speaker)
        or (source is not None and source_class not in ("witness", "civilian"))
    ):
        certainty = "claimed"
    start, end = tree.spans[token.i]
    first, last = _clause(tree, token)
    if (
        certainty == "reported"
        and token.tag_ in ("VBP", "VBZ", "VB")
        and _AHEAD.search(tree.text[first:last])
    ):
        certainty = "planned"
    return Action(
        start, end, sentence.start, sentence.end, kind, "", "", certainty,
        source=_name(tree, source, discourse) if source is not None else discourse.speaker,
        source_class=source_class,
        clause_start=first, clause_end=last, tense=_tense(token, stance),
    )  # fmt: skip


_HEADED_BY = re.compile(
    r"[>*# ]*([A-Z][\w'-]+(?: [A-Z][\w'-]+)?)(?:, ?\d{1,2}[.:]\d\d[^\n]{0,8}?)?[.:](?=\s)"
)
_AHEAD = re.compile(r"\b(?:tomorrow|next (?:week|month|year)|in the coming|in the next few)\b", re.IGNORECASE)


def _is_one_man(source: Token) -> bool:
    """Return whether a source is a man in the ranks, who tells what he saw: "a rebel", "another soldier"."""
    if singular(source.lower_) not in (
        "rebel",
        "soldier",
        "fighter",
        "gunner",
        "recruit",
        "volunteer",
        "conscript",
        "militiaman",
    ):
        return False
    return any(
        c.dep_ in ("det", "nummod") and c.lower_ in ("a", "an", "one", "another", "two", "three")
        for c in source.children
    )


def _clause(tree: Tree, token: Token) -> tuple[int, int]:
    """Return the characters of the clause around a trigger, clauses joined to it or below it left out."""
    verb = token
    while verb.tag_ not in VERBAL and verb.head != verb:
        verb = verb.head
    skip = {
        t.i
        for child in verb.children
        if child.dep_ in ("conj", "advcl", "ccomp", "relcl", "parataxis")
        and child.tag_ in VERBAL
        and token not in child.subtree
        for t in child.subtree
    }
    indexes = [t.i for t in verb.subtree if t.i not in skip]
    return tree.spans[min(indexes)][0], tree.spans[max(indexes)][1]


def _tense(token: Token, stance: Stance) -> str:
    if stance.planned:
        return "future"
    verb = token
    while verb.tag_ not in VERBAL and verb.head != verb:
        verb = verb.head
    helpers = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if "had" in helpers:
        return "before_past"
    if verb.tag_ in ("VBZ", "VBP") or (verb.tag_ == "VBG" and helpers & {"is", "are", "'re", "'s"}):
        return "present"
    return "past"


def _name(tree: Tree, token: Token | None, discourse: _Discourse, speaker: str = "") -> str:
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


def _each_place(
    base: Action, places: Sequence[Where], *, actor: str, opponent: str, outcome: str
) -> Iterator[Action]:
    """Yield one action a place; without any the place is left to the report's focus."""
    for where in places or [Where(None)]:
        yield replace(
            base, actor=actor, opponent=opponent, outcome=outcome or "none",
            where=where.named, place_word=where.word, partial=where.partial,
        )  # fmt: skip
