"""Times that a report names. The sentences are invented; each pins one habit of newspapers."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.model import DateSpan
from mapper.text.dates import find_dates

THURSDAY = datetime(2016, 9, 15, 14, tzinfo=UTC)


def only(text: str, published: datetime | None = THURSDAY) -> DateSpan:
    """Return the one date of a text."""
    spans = find_dates(text, published)
    assert len(spans) == 1, [span.text for span in spans]
    return spans[0]


def days(span: DateSpan) -> tuple[str | None, str | None]:
    """Return first and last day of a span."""
    if span.since is None or span.until is None:
        return None, None
    return span.since.date().isoformat(), (span.until - timedelta(days=1)).date().isoformat()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Shells hit the mill on Thursday.", "2016-09-15"),
        ("Shells hit the mill last Thursday.", "2016-09-08"),
        ("The bridge was mined on Friday.", "2016-09-09"),
        ("The column moved off on Wednesday night.", "2016-09-14"),
        ("They came back early on Sunday.", "2016-09-11"),
        ("The garrison gave up on Monday of last week.", "2016-09-05"),
        ("It was on Tuesday last, the 13th, that the guns were heard.", "2016-09-13"),
        ("Convoys have been crossing since Tuesday.", "2016-09-13"),
        ("Medics left Sat evg with six wounded.", "2016-09-10"),
        ("Not a shot was heard Wed., the mayor wrote.", "2016-09-14"),
        ("Drones struck the depot yesterday.", "2016-09-14"),
        ("Drones struck the depot the day before yesterday.", "2016-09-13"),
        ("Drones struck the depot this morning.", "2016-09-15"),
        ("Drones struck the depot last night.", "2016-09-14"),
        ("Drones struck the depot overnight.", "2016-09-15"),
        ("Drones struck the depot during the night.", "2016-09-15"),
        ("Three villages were cleared two days ago.", "2016-09-13"),
        ("Three villages were cleared a week ago.", "2016-09-08"),
        ("the mill went on saturday, no one was hurt.", "2016-09-10"),
        ("The hill has been theirs since about the 5th.", "2016-09-05"),
        ("He was at home on the 27th of last month.", "2016-08-27"),
        ("The hill was rushed twice overnight on the 5th.", "2016-09-05"),
    ],
)
def test_days_count_from_the_day_of_writing(text: str, first: str) -> None:
    assert days(only(text))[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("The army will be at the river by Saturday.", "2016-09-17"),
        ("Talks are expected on Monday.", "2016-09-19"),
        ("On Friday the council will vote.", "2016-09-16"),
        ("The convoy leaves tomorrow.", "2016-09-16"),
        ("The convoy leaves next Tuesday.", "2016-09-20"),
        ("Elections are due on 3 October.", "2016-10-03"),
        ("They will attack in two weeks, he warned.", "2016-09-29"),
    ],
)
def test_a_clause_that_looks_ahead_means_the_next_such_day(text: str, first: str) -> None:
    assert days(only(text))[0] == first


def test_what_was_said_on_a_day_of_what_will_be_was_said_in_the_past() -> None:
    assert days(only("A colonel said on Tuesday that the town would be stormed."))[0] == "2016-09-13"


@pytest.mark.parametrize(
    "written",
    [
        "7 March 2011", "March 7, 2011", "7th March 2011", "7th of March, 2011", "March 7th, 2011",
        "Mar. 7, 2011", "Monday, March 7, 2011", "Monday, the 7th of March 2011", "Monday 7 March 2011",
        "the seventh of March 2011", "7 MARCH 2011", "2011-03-07", "7.3.2011", "07/03/2011", "071800Z MAR 11",
    ],
)  # fmt: skip
def test_absolute_dates_are_read_in_all_newspaper_forms(written: str) -> None:
    span = only(f"The quay was shelled ({written}), the log says.", datetime(2011, 3, 20, tzinfo=UTC))
    assert (*days(span), span.precision) == ("2011-03-07", "2011-03-07", "day")


def test_a_date_with_slashes_is_the_nearest_past_reading() -> None:
    spring = datetime(2011, 3, 20, tzinfo=UTC)
    assert days(only("Filed 3/7/2011.", spring))[0] == "2011-03-07"
    assert days(only("Filed 25/2/2011.", spring))[0] == "2011-02-25"


def test_a_date_without_a_year_is_the_nearest_past_one() -> None:
    assert days(only("The road was cut on 4 November."))[0] == "2015-11-04"
    assert days(only("The road was cut on 4 July."))[0] == "2016-07-04"
    assert days(only("The road was cut on 29 February."))[0] == "2016-02-29"


def test_this_year_and_last_year_settle_the_year() -> None:
    assert days(only("It fell on March 27 this year."))[0] == "2016-03-27"
    assert days(only("It fell on March 27 last year."))[0] == "2015-03-27"


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("Fighting of 18-24 August left ruins.", "2016-08-18", "2016-08-24", "week"),
        ("From August 30 to September 2 nothing moved.", "2016-08-30", "2016-09-02", "few_days"),
        ("Between 5 and 8 September three posts were lost.", "2016-09-05", "2016-09-08", "few_days"),
        ("On the night of 3 to 4 September the ferry sank.", "2016-09-03", "2016-09-04", "day"),
        ("The port was blocked from Monday to Wednesday.", "2016-09-12", "2016-09-14", "few_days"),
        ("The port has been blocked since Monday.", "2016-09-12", "2016-09-15", "few_days"),
        ("The port has been blocked since mid-August.", "2016-08-11", "2016-09-15", "week"),
        ("The port was lost in July.", "2016-07-01", "2016-07-31", "month"),
        ("The port was lost last October.", "2015-10-01", "2015-10-31", "month"),
        ("The port was lost in May 2012.", "2012-05-01", "2012-05-31", "month"),
        ("The port was lost in the last days of July.", "2016-07-22", "2016-07-31", "week"),
        ("The port was lost last week.", "2016-09-05", "2016-09-11", "week"),
        ("The port was lost last month.", "2016-08-01", "2016-08-31", "month"),
        ("The port was bombed over the weekend.", "2016-09-10", "2016-09-11", "few_days"),
        ("For days the port has been under fire.", "2016-09-13", "2016-09-15", "few_days"),
        ("In the last two weeks the port has starved.", "2016-09-02", "2016-09-15", "few_days"),
        ("The port was lost in 2014.", "2014-01-01", "2014-12-31", "unknown"),
    ],
)
def test_a_span_has_its_first_and_last_day(text: str, first: str, last: str, precision: str) -> None:
    span = only(text)
    assert days(span) == (first, last)
    assert span.precision == precision


@pytest.mark.parametrize(
    ("text", "first", "offset"),
    [
        ("The fort fell on 3 September and the mill two days later.", "2016-09-05", 2),
        ("The fort fell on 3 September. The following day the mill burnt.", "2016-09-04", 1),
        ("The fort fell on 3 September; the mill had gone the day before.", "2016-09-02", -1),
        ("The fort fell on 3 September; the mill had gone a week earlier.", "2016-08-27", -7),
        ("The fort fell on 3 September. The same evening the mill burnt.", "2016-09-03", 0),
        ("The fort fell on 3 September; within hours the mill burnt.", "2016-09-03", 0),
        ("The fort fell on 3 September. By nightfall the mill burnt.", "2016-09-03", 0),
        ("The fort fell on 3 September; the mill held out one day longer.", "2016-09-04", 1),
        ("The fort fell on 3 September; the mill, to the day a week later.", "2016-09-10", 7),
        ("The fort fell on 3 September; the mill a month later.", "2016-10-03", 30),
    ],
)
def test_later_and_earlier_count_from_what_was_told_before(text: str, first: str, offset: int) -> None:
    span = find_dates(text, THURSDAY)[-1]
    assert span.relative_to_previous
    assert (days(span)[0], span.offset_days) == (first, offset)


def test_the_ninth_is_of_the_month_named_last() -> None:
    spans = find_dates(
        "It began on August 2. Hill 40 was lost on the 9th, and Hill 60 on the 21st.", THURSDAY
    )
    assert [days(span)[0] for span in spans] == ["2016-08-02", "2016-08-09", "2016-08-21"]


def test_the_ninth_alone_is_the_nearest_past_one() -> None:
    assert days(only("Hill 40 was lost on the 9th."))[0] == "2016-09-09"
    assert days(only("Hill 40 was lost on the 28th."))[0] == "2016-08-28"


def test_instant_and_ultimo_are_this_month_and_the_last() -> None:
    assert days(only("Your letter of the 3rd inst. came."))[0] == "2016-09-03"
    assert days(only("Your letter of the 27th ult. came."))[0] == "2016-08-27"


def test_a_numbered_unit_or_floor_is_no_date() -> None:
    for text in (
        "The 9th Brigade broke through.",
        "They dug in on the 5th floor.",
        "He fought on the 2nd Front.",
    ):
        assert find_dates(text, THURSDAY) == []


def test_words_that_only_look_like_months_or_days_are_no_dates() -> None:
    for text in (
        "They may attack.", "March on, he cried.", "An august body.", "The Sun reported it.", "He sat down.",
        "A salvo of 2001 rounds.", "It cost 1,995 dollars.", "All were back by 1900 hours.",
    ):  # fmt: skip
        assert find_dates(text, THURSDAY) == [], text


def test_a_time_without_a_calendar_is_marked_and_not_dated() -> None:
    span = only("They hope to be there before the harvest.")
    assert (span.since, span.until, span.precision) == (None, None, "unknown")


def test_days_count_from_the_dateline_where_it_is_older_than_the_publication() -> None:
    text = "CAMP NINE, September 10 - The raid came yesterday."
    assert [days(span)[0] for span in find_dates(text, THURSDAY)] == ["2016-09-10", "2016-09-09"]


def test_a_date_of_the_story_is_no_dateline() -> None:
    text = "On 9 September the raid came. Guns were heard yesterday."
    assert [days(span)[0] for span in find_dates(text, THURSDAY)] == ["2016-09-09", "2016-09-14"]


def test_without_a_publication_only_what_carries_its_year_is_dated() -> None:
    assert find_dates("They left on Friday, or yesterday.", None) == []
    assert days(only("They left on 5 May 1943.", None))[0] == "1943-05-05"


def test_a_day_that_the_calendar_lacks_is_no_date() -> None:
    assert find_dates("It happened on 31 February 2011.", THURSDAY) == []


def test_a_text_without_dates_gives_none() -> None:
    assert find_dates("", THURSDAY) == []
    assert find_dates("Nothing moved.", THURSDAY) == []


PHRASES = (
    "on Friday", "two days later", "March 7", "the 9th", "since Monday", "31/12/1999", "yesterday", "in May",
    "last week", "\n", ". ", "said", "will", "a century ago", "999 years later", "Dec 31, 2011", "in 1500",
)  # fmt: skip


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    st.lists(st.one_of(st.sampled_from(PHRASES), st.text(max_size=12)), max_size=14).map(" ".join),
    st.one_of(st.none(), st.datetimes(datetime(1500, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC))),
)
def test_spans_lie_in_the_text_in_order_and_their_days_follow(text: str, published: datetime | None) -> None:
    end = 0
    for span in find_dates(text, published):
        assert span.start >= end
        assert text[span.start : span.end] == span.text != ""
        assert (span.since is None) == (span.until is None)
        if span.since is not None and span.until is not None:
            assert span.since < span.until
            assert span.since.tzinfo is not None
        end = span.end


@pytest.mark.parametrize(
    "unit", ["1", "the ", "on the 9th ", "March ", "7 ", "two days ", "since ", "\n", "a"]
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    begin = time.process_time()
    find_dates(text, THURSDAY)
    assert time.process_time() - begin < 5


def test_a_publication_at_the_end_of_the_calendar_does_not_overflow() -> None:
    late = datetime(9999, 12, 31, tzinfo=UTC)
    assert find_dates("tomorrow, next week, in two weeks, ten years later, next Friday", late)[0].text
    assert days(only("It fell on 5 May 1943.", late))[0] == "1943-05-05"


def test_a_story_of_the_past_keeps_its_year() -> None:
    text = "On 5 July 1937 they slipped through. By 1 August it was over."
    assert [days(s)[0] for s in find_dates(text, THURSDAY)] == ["1937-07-05", "1937-08-01"]


def test_news_that_recalls_the_past_stays_news() -> None:
    text = "Guns opened up on Sunday. In May 2014 it was quiet. On 1 August the mill burnt."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-08-01"


def test_this_morning_in_a_diary_is_that_of_its_entry() -> None:
    text = "Friday, 2 September.\nRain.\n\nMonday, 5 September.\nThe bridge went this morning."
    spans = find_dates(text, THURSDAY)
    assert [span.head for span in spans] == [True, True, False]
    assert days(spans[-1])[0] == "2016-09-05"


def test_a_part_of_a_day_belongs_to_the_date_beside_it() -> None:
    span = only("The mill burnt at dawn on Saturday.")
    assert (span.text, days(span)[0]) == ("Saturday", "2016-09-10")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("On the 9th Bavarian foot came up.", "2016-09-09"),
        ("Bombs fell on the night of the 8th.", "2016-09-08"),
    ],
)
def test_a_day_of_the_month_is_read_where_it_opens_a_sentence_or_follows_night_of(
    text: str, first: str
) -> None:
    assert days(find_dates(text, THURSDAY)[-1])[0] == first


def test_a_numbered_brigade_is_no_day() -> None:
    assert find_dates("On the 9th Brigade fell the worst of it.", THURSDAY) == []


def test_a_remote_beginning_is_not_what_the_day_before_counts_from() -> None:
    text = "The town had been theirs since May 2. The mill fell on Monday, the dam the day before."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-09-11"


def test_what_has_lasted_for_weeks_began_so_long_ago() -> None:
    assert days(only("The town has been ringed for two weeks.")) == ("2016-09-01", "2016-09-15")


def test_what_lasted_for_weeks_in_the_past_has_no_date_of_its_own() -> None:
    assert find_dates("The garrison held out for two weeks.", THURSDAY) == []


def test_next_day_needs_no_article() -> None:
    fell, left = find_dates("The mill fell on 3 September and was abandoned next day.", THURSDAY)
    assert (days(fell)[0], days(left)[0]) == ("2016-09-03", "2016-09-04")


def test_an_item_of_a_list_has_its_date_for_itself() -> None:
    text = "* 2 September: shelling.\n* 5 September: looting.\n\nIt was retaken on Saturday."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-09-10"


def test_a_relative_clause_bounds_its_date() -> None:
    text = "Shells hit Orsk, a town that had been overrun on 2 May."
    span = only(text)
    assert span.aside is not None
    assert text[slice(*span.aside)].strip() == "that had been overrun on 2 May"
    assert only("Shells hit Orsk on 2 May.").aside is None


def test_a_day_looked_back_on_is_not_what_the_next_day_counts_from() -> None:
    text = "On Monday they left Orsk, which had fallen on 2 May, and the next day Tula."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-09-13"


@pytest.mark.parametrize(
    ("text", "firsts"),
    [
        ("On 3 November 1911 Orsk fell. Tula followed on 9 January.", ["1911-11-03", "1912-01-09"]),
        ("By May 1911 all was lost. On 5 June Orsk fell.", ["1911-05-01", "1911-06-05"]),
        ("On 5 June 1911 Orsk fell and Tula on the 11th.", ["1911-06-05", "1911-06-11"]),
        ("On 3 November 1911 Orsk fell. On Sunday it burned.", ["1911-11-03", "1911-11-05"]),
    ],
)
def test_dates_of_a_story_of_the_past_follow_the_one_before(text: str, firsts: list[str]) -> None:
    assert [days(span)[0] for span in find_dates(text, THURSDAY)] == firsts


def test_the_seventh_after_the_twenty_second_is_of_the_next_month() -> None:
    text = "The raid came on 22 August; jets answered on the 7th."
    assert [days(span)[0] for span in find_dates(text, THURSDAY)] == ["2016-08-22", "2016-09-07"]


def test_a_new_paragraph_of_news_forgets_the_month() -> None:
    text = "The march began in June.\nOn the 9th the column was stopped."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-09-09"


def test_what_was_taken_on_a_day_is_past_though_plans_follow() -> None:
    assert days(only("Orsk, taken on Friday, is to be the base."))[0] == "2016-09-09"


def test_what_was_long_ago_is_not_what_the_evening_is_of() -> None:
    text = "The siege, begun 26 days ago, goes on. By evening the mill burned."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-09-15"


def test_day_and_month_in_figures_head_an_entry() -> None:
    text = "04/09 Orsk, the north. Shelling.\n[08/09] Tula. Quiet.\n[12 Sept] Bor: a raid."
    assert [(days(s)[0], s.head) for s in find_dates(text, THURSDAY)] == [
        ("2016-09-04", True),
        ("2016-09-08", True),
        ("2016-09-12", True),
    ]


def test_figures_elsewhere_are_no_day_and_month() -> None:
    assert find_dates("Of 04/09 Battalion Orsk kept two guns.\n08.15 Fire from the sea.", THURSDAY) == []


def test_that_tuesday_is_the_one_nearest_to_the_day_told_last() -> None:
    text = "They came on 22 August. By noon that Tuesday the mill was theirs."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "2016-08-23"


def test_the_second_of_two_telegrams_is_of_the_year_of_the_first() -> None:
    text = "TELEGRAM. ORSK 10 SEPT. Mill held.\n\nTELEGRAM. ORSK 12 SEPT. Mill lost."
    assert [days(s)[0] for s in find_dates(text, THURSDAY)] == ["2016-09-10", "2016-09-12"]


def test_who_could_not_walk_speaks_of_no_future() -> None:
    assert days(only("Inside, on the 8th, men who could not walk were shot."))[0] == "2016-09-08"


def test_a_run_of_days_long_ago_opens_a_story() -> None:
    text = "The first battle of Orsk (25 October - 6 November 1950) was lost. Bor burned on 1 November."
    assert days(find_dates(text, THURSDAY)[-1])[0] == "1950-11-01"


def test_what_is_named_after_a_day_is_no_date() -> None:
    assert find_dates("The 23 March Movement holds Orsk.", THURSDAY) == []
