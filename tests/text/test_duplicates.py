"""Reports that repeat another are found, whatever their order; others are not."""

import random
from datetime import UTC, datetime

from mapper.model import Report
from mapper.text.duplicates import find_duplicates

STORY = (
    "Rockets fell on the market of Zintan at noon on Thursday and wounded three people, a doctor at the "
    "clinic of the town said. The rockets came from the plain to the north, where government troops have "
    "held their positions since April. Residents fled to the caves above the town, as they have done each "
    "week, and came back in the evening to find two houses burnt. A commander of the rebels said that his "
    "men had answered with mortars and had hit a depot on the road to Tripoli, which nobody could confirm."
)


def on(day: int, id: str, text: str) -> Report:
    return Report(id, text, datetime(2011, 6, day, tzinfo=UTC))


def test_a_story_that_is_cut_and_given_another_lead_repeats_the_first() -> None:
    cut = "Example Wire - " + STORY[: STORY.rfind(", which nobody")] + "."
    assert find_duplicates([on(3, "cut", cut), on(2, "first", STORY)]) == {"cut": "first"}


def test_two_stories_on_one_event_are_two() -> None:
    other = (
        "Three people were hurt when rockets hit Zintan's market at midday on Thursday, according to a local "
        "doctor. Government forces north of the mountain town have fired on it since April. Two houses burnt."
    )
    assert find_duplicates([on(2, "one", STORY), on(2, "two", other)]) == {}


def test_the_order_of_the_reports_does_not_matter() -> None:
    reports = [on(4, "c", STORY), on(2, "b", STORY), on(2, "a", STORY + " More later."), Report("d", STORY)]
    expected = {"b": "a", "c": "a", "d": "a"}
    for seed in range(6):
        random.Random(seed).shuffle(reports)
        assert find_duplicates(reports) == expected


def test_short_texts_are_compared_whole() -> None:
    assert find_duplicates(
        [Report("a", "Brega fell."), Report("b", "Brega held."), Report("c", "brega FELL")]
    ) == {"c": "a"}


def test_texts_without_words_repeat_each_other() -> None:
    assert find_duplicates([Report("a", "..."), Report("b", "!!!")]) == {"b": "a"}


def test_many_reports_are_compared_in_groups_and_not_in_pairs() -> None:
    words = STORY.split()
    reports = []
    for number in range(600):
        shuffled = random.Random(number // 2).sample(words, len(words))
        reports.append(Report(f"{number:03d}", " ".join(shuffled)))
    assert find_duplicates(reports) == {f"{n + 1:03d}": f"{n:03d}" for n in range(0, 600, 2)}


def test_the_same_words_a_month_later_are_news() -> None:
    assert (
        find_duplicates([on(1, "a", "Shells fell on Zintan."), on(29, "b", "Shells fell on Zintan.")]) == {}
    )
