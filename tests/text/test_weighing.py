from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from mapper.model import Action, Report, Toponym
from mapper.pipeline import extract
from mapper.text import weighing
from mapper.text.actions import find_actions
from mapper.text.cues import BUCKETS, DOUBTS, chances, hashed, judge_by_cues, read_cues, read_flags
from mapper.text.encoder import open_tokenizer
from mapper.text.event_encoder import STAND_INS, WIDTH, EventEncoder, read_windows, stood_in
from mapper.text.locatives import find_locatives
from mapper.text.syntax import find_sentences
from mapper.text.telling import FAMILY, KINDS, Cue, Family, Judge, OfName, OfWords, Passage, Told, passages_of
from mapper.text.weighing import weigh

ENCODER = EventEncoder()
BOTH = pytest.mark.parametrize("judge", [ENCODER, judge_by_cues], ids=["full", "fast"])


def place(text: str, name: str) -> Toponym:
    return Toponym(text.index(name), text.index(name) + len(name), name)


def action(text: str, trigger: str, kind: str, where: Toponym) -> Action:
    start = text.index(trigger)
    return Action(start, start + len(trigger), 0, len(text), kind, "", "", "reported", where)


def test_what_the_words_around_make_likely_comes_in() -> None:
    text = "The rebels have had Zliten since Friday, a teacher there said."
    (found,) = weigh(text, [place(text, "Zliten")], [], [], ENCODER)
    assert (found.kind, found.certainty, found.where) == ("capture", "reported", place(text, "Zliten"))


@BOTH
def test_what_they_make_unlikely_goes(judge: Judge) -> None:
    text = "A hospital in Vienna, where his mother was born, had written to the minister about the wounded."
    vienna = place(text, "Vienna")
    assert weigh(text, [vienna], [], [action(text, "written", "advance", vienna)], judge) == []


def test_a_heading_and_a_landmark_get_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "LIKELY", 0.0)  # whatever the words say, but for
    heading = "ZLITEN OURS"
    assert weigh(heading, [place(heading, "ZLITEN")], [], [], judge_by_cues) == []
    text = "The rebels have had Zliten, 60 km west of Misrata, since Friday, a teacher there said."
    names = [place(text, "Zliten"), place(text, "Misrata")]
    told = weigh(text, names, find_locatives(text, names), [], judge_by_cues)
    assert {found.where for found in told} == {names[0]}


@BOTH
def test_a_plain_capture_stays_as_it_is(judge: Judge) -> None:
    text = "Rebels captured Brega on Monday."
    brega = place(text, "Brega")
    told = action(text, "captured", "capture", brega)
    assert weigh(text, [brega], [], [told], judge) == [told]


@BOTH
def test_a_metonym_gets_no_event(judge: Judge) -> None:
    text = "Paris is in the hands of the attackers since dawn, and the garrison of Paris fell back."
    name = Toponym(0, 5, "Paris", role="associative")
    assert all(found.where is not name for found in weigh(text, [name], [], [], judge))


@BOTH
@pytest.mark.parametrize("text", ["", "\n\n", "Fine weather.", "Brega", "..." * 50])
def test_a_text_that_tells_nothing_gives_nothing(text: str, judge: Judge) -> None:
    assert weigh(text, [], [], [], judge) == []


def test_chances_are_chances_and_do_not_hang_on_what_stands_beside() -> None:
    text = "Shells fell on Misrata, and Brega was quiet."
    names = [place(text, "Misrata"), place(text, "Brega")]
    cues = [Cue(n.start, n.end, True, frozenset({"shelling"} if n.text == "Misrata" else ())) for n in names]
    features = list(read_cues(text, Passage(find_sentences(text)[0], None, names, [], cues)))
    both = chances(features, [cue.kinds for cue in cues])
    assert both.shape == (2, len(KINDS) + len(DOUBTS))
    assert ((both > 0) & (both < 1)).all()
    assert np.array_equal(chances(features[:1], [cues[0].kinds])[0], both[0])
    assert both[0, KINDS.index("shelling")] > both[1, KINDS.index("shelling")]


def test_features_are_counted_once_and_do_not_depend_on_their_order() -> None:
    features = ["b:town", "b:fell", "b:town", "L:the"]
    ids, values = hashed(features)
    random.Random(1).shuffle(features)
    again, same = hashed(features)
    assert len(ids) == 3 and ids.max() < BUCKETS
    assert np.array_equal(ids, again) and np.array_equal(values, same)


@BOTH
def test_a_run_without_an_end_is_left_as_it_was_read(judge: Judge) -> None:
    text = "Brega and Zliten and " * 100 + "rebels took Brega"
    brega = place(text, "Brega")
    told = action(text, "took", "capture", brega)
    assert weigh(text, [brega], [], [told], judge) == [told]


def test_flags_of_what_frames_read() -> None:
    assert read_flags(frozenset()).sum() == 1
    assert read_flags(frozenset({"capture", "protest"})).sum() == 2


def test_events_that_only_cues_tell_lead_back_to_their_sentence() -> None:
    text = (
        "HOMS, March 3 - People say little. The rebels have had Rastan since Friday, a teacher said by phone."
    )
    events = extract(Report("r", text, datetime(2012, 3, 3, tzinfo=UTC))).events
    (told,) = [event for event in events if event.action.kind == "capture"]
    assert told.quote.startswith("The rebels have had Rastan")
    assert text[told.action.start : told.action.end] in told.quote


def told(names: list[OfName | None], words: dict[Family, OfWords] | None = None) -> Judge:
    """Return a judge that says the same of a text of one sentence, whatever it says."""
    return lambda text, sentences, places, passages: [Told(names, words or {})]


def of_name(kind: str, chance: float, certainties: list[float], doer: str = "") -> OfName:
    kinds = np.full(len(KINDS), 0.01, np.float32)
    kinds[KINDS.index(kind)] = chance
    return OfName(kinds, np.array(certainties, np.float32), lambda _kind: doer)


def test_a_sure_judge_settles_how_certain_an_event_is() -> None:
    text = "The ministry had them storm Brega."
    brega = place(text, "Brega")
    read = action(text, "storm", "assault", brega)
    (sure,) = weigh(text, [brega], [], [read], told([of_name("assault", 0.9, [0.05, 0.9, 0.05, 0.0])]))
    assert sure.certainty == "claimed"
    (unsure,) = weigh(text, [brega], [], [read], told([of_name("assault", 0.9, [0.4, 0.6, 0.0, 0.0])]))
    assert unsure == read


def test_states_are_left_to_the_frames() -> None:
    text = "At Brega the flag of the rebels flies over shops that the army burnt down."
    brega = place(text, "Brega")
    holds = action(text, "flies", "holds", brega)
    assert weigh(text, [brega], [], [holds], told([of_name("holds", 0.01, [1.0, 0.0, 0.0, 0.0])])) == [holds]
    assert weigh(text, [brega], [], [], told([of_name("holds", 0.9, [1.0, 0.0, 0.0, 0.0])])) == []


def test_an_event_that_comes_in_names_its_doer() -> None:
    text = "Over Brega the flag of the rebels went up at noon."
    brega = place(text, "Brega")
    (found,) = weigh(
        text, [brega], [], [], told([of_name("capture", 0.9, [0.1, 0.9, 0.0, 0.0], "the rebels")])
    )
    assert (found.actor, found.certainty, found.where) == ("the rebels", "claimed", brega)


def test_an_event_elsewhere_goes_or_lies_where_the_judge_says() -> None:
    text = "Brega burns. At noon they stormed it."
    brega = place(text, "Brega")
    stormed = replace(action(text, "stormed", "assault", brega), where=None, sentence_start=13)

    def judge(chance: float, where: Toponym | None) -> Judge:
        words = {FAMILY["assault"]: OfWords(chance, where)}
        return lambda text, sentences, places, passages: [Told([None], {}), Told([], words)]

    assert weigh(text, [brega], [], [stormed], judge(0.9, brega)) == [replace(stormed, where=brega)]
    assert weigh(text, [brega], [], [stormed], judge(0.9, None)) == [stormed]
    assert weigh(text, [brega], [], [stormed], judge(0.01, brega)) == []


def test_an_event_of_another_family_is_none_of_the_judge() -> None:
    text = "In Brega women marched against the war."
    brega = place(text, "Brega")
    march = action(text, "marched", "protest", brega)
    assert weigh(text, [brega], [], [march], told([of_name("capture", 0.01, [1, 0, 0, 0])])) == [march]


def test_the_encoder_points_at_the_place_that_words_are_about() -> None:
    text = "Fighters hold Kutum, 60 km from Mellit. Planes bombed the market there on Sunday."
    names = [place(text, "Kutum"), place(text, "Mellit")]
    sentences = find_sentences(text)
    actions = find_actions(text, names, [])
    told = ENCODER(text, sentences, names, list(passages_of(sentences, names, actions)))
    assert told[1].words[FAMILY["airstrike"]].place == names[0]
    airstrike = KINDS.index("airstrike")
    assert told[0].names[1] is not None and told[0].names[1].kinds[airstrike] < 0.1


def test_windows_show_each_sentence_once_and_what_came_before() -> None:
    days = (f"On day {i} soldiers left Place{i % 3} and nobody in Brega knew why." for i in range(60))
    text = " ".join(days)
    names = [Toponym(m.start(), m.end(), m[0]) for m in re.finditer(r"Place\d|Brega", text)]
    sentences = find_sentences(text)
    passages = list(passages_of(sentences, names, []))
    windows = list(read_windows(text, sentences, names, passages, open_tokenizer()))
    assert [p for window in windows for p, _, _ in window.asked] == list(range(60))
    assert all(len(window.pieces.ids) <= WIDTH for window in windows)
    assert min(windows[1].pieces.starts) < passages[windows[1].asked[0][0]].sentence.start


def test_the_same_name_is_stood_in_for_by_the_same_city() -> None:
    text = "From Brega to Zliten and back to BREGA."
    names = [place(text, name) for name in ("Brega", "Zliten", "BREGA")]
    sentences = find_sentences(text)
    (window,) = read_windows(
        text, sentences, names, list(passages_of(sentences, names, [])), open_tokenizer()
    )
    ids = stood_in(text, window.pieces, range(-len(STAND_INS), 0))
    first, other, again = ids[ids < 0].tolist()
    assert first == again != other


def test_a_report_without_end_is_read_in_bounded_windows() -> None:
    text = "Rebels took " + "Brega and " * 3000
    names = [Toponym(m.start(), m.end(), m[0]) for m in re.finditer("Brega", text)]
    sentences = find_sentences(text)
    told = ENCODER(text, sentences, names, list(passages_of(sentences, names, [])))
    assert told == [Told([None] * len(names), {})]


def test_no_event_comes_in_at_a_country() -> None:
    text = "The alliance took command of the air over Libya."
    likely = told([of_name("capture", 0.9, [1.0, 0.0, 0.0, 0.0])])
    assert weigh(text, [place(text, "Libya")], [], [], likely) == []


def test_no_capture_comes_in_where_a_frame_reads_the_holder() -> None:
    text = "By nightfall the rebels held Brega."
    brega = place(text, "Brega")
    holds = action(text, "held", "holds", brega)
    assert weigh(text, [brega], [], [holds], told([of_name("capture", 0.9, [1.0, 0.0, 0.0, 0.0])])) == [holds]
