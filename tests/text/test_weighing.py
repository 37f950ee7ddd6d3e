from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import pytest

from mapper.model import Action, Report, Toponym
from mapper.pipeline import extract
from mapper.text import weighing
from mapper.text.cues import BUCKETS, CERTAINTIES, KINDS, Cue, chances, hashed, read_cues, read_flags
from mapper.text.locatives import find_locatives
from mapper.text.weighing import weigh


def place(text: str, name: str) -> Toponym:
    return Toponym(text.index(name), text.index(name) + len(name), name)


def action(text: str, trigger: str, kind: str, where: Toponym) -> Action:
    start = text.index(trigger)
    return Action(start, start + len(trigger), 0, len(text), kind, "", "", "reported", where)


def test_what_the_words_around_make_likely_comes_in() -> None:
    text = "The rebels have had Zliten since Friday, a teacher there said."
    (found,) = weigh(text, [place(text, "Zliten")], [], [])
    assert (found.kind, found.certainty, found.where) == ("capture", "reported", place(text, "Zliten"))


def test_what_they_make_unlikely_goes() -> None:
    text = "A hospital in Vienna, where his mother was born, had written to the minister about the wounded."
    vienna = place(text, "Vienna")
    assert weigh(text, [vienna], [], [action(text, "written", "advance", vienna)]) == []


def test_a_heading_and_a_landmark_get_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "LIKELY", 0.0)  # whatever the words say, but for
    heading = "ZLITEN OURS"
    assert weigh(heading, [place(heading, "ZLITEN")], [], []) == []
    text = "The rebels have had Zliten, 60 km west of Misrata, since Friday, a teacher there said."
    names = [place(text, "Zliten"), place(text, "Misrata")]
    told = weigh(text, names, find_locatives(text, names), [])
    assert {found.where for found in told} == {names[0]}


def test_a_plain_capture_stays_as_it_is() -> None:
    text = "Rebels captured Brega on Monday."
    brega = place(text, "Brega")
    told = action(text, "captured", "capture", brega)
    assert weigh(text, [brega], [], [told]) == [told]


def test_a_metonym_gets_no_event() -> None:
    text = "Paris is in the hands of the attackers since dawn, and the garrison of Paris fell back."
    name = Toponym(0, 5, "Paris", role="associative")
    assert all(found.where is not name for found in weigh(text, [name], [], []))


@pytest.mark.parametrize("text", ["", "\n\n", "Fine weather.", "Brega", "..." * 50])
def test_a_text_that_tells_nothing_gives_nothing(text: str) -> None:
    assert weigh(text, [], [], []) == []


def test_chances_are_chances_and_do_not_hang_on_what_stands_beside() -> None:
    text = "Shells fell on Misrata, and Brega was quiet."
    names = [place(text, "Misrata"), place(text, "Brega")]
    cues = [Cue(n.start, n.end, True, frozenset({"shelling"} if n.text == "Misrata" else ())) for n in names]
    features = list(read_cues(text, 0, len(text), None, names, cues))
    both = chances(features, [cue.kinds for cue in cues])
    assert both.shape == (2, len(KINDS) + len(CERTAINTIES))
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


def test_a_run_without_an_end_is_left_as_it_was_read() -> None:
    text = "Brega and Zliten and " * 100 + "rebels took Brega"
    brega = place(text, "Brega")
    told = action(text, "took", "capture", brega)
    assert weigh(text, [brega], [], [told]) == [told]


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
