"""Where the front runs: along a road, and over an area."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import LineString, Point, box

from mapper.errors import TableError
from mapper.events.frontline import control_areas, front_lines, fronts_and_axis
from mapper.model import FRONT_LINES_COLUMNS
from mapper.theatre import Theatre
from tests.events.wars import ROAD, day, held

SIDES = dict(zip(ROAD, ("reds", "reds", "reds", "blues", "blues", "blues", "blues"), strict=True))


def road(when: int = 3, **changes: str) -> pd.DataFrame:
    """Return who holds the towns of the road from a day of March 1999 on."""
    return held([(name, point, (SIDES | changes)[name], when) for name, point in ROAD.items()])


def succeed(control: pd.DataFrame, place: str, holder: str, when: int, status: str = "held") -> pd.DataFrame:
    """Return a control table with one more state of a place."""
    control = control.copy()
    last = control.index[control["place"] == place][-1]
    state = control.loc[[last]].assign(holder=holder, status=status, since=pd.Timestamp(day(when)),
                                       last_confirmed=pd.Timestamp(day(when)))  # fmt: skip
    control.loc[last, "until"] = pd.Timestamp(day(when))
    return pd.concat([control, state], ignore_index=True)


def left_of(line: LineString, point: Point) -> bool:
    """Tell whether a point lies on the left of a short line."""
    (ax, ay), (bx, by) = line.coords[0], line.coords[-1]
    return (bx - ax) * (point.y - ay) - (by - ay) * (point.x - ax) > 0


def plain(seed: int = 1, count: int = 160) -> pd.DataFrame:
    """Return villages of a plain, 130 by 110 km, blues in the west and reds in the east of a curved front."""
    rng = np.random.default_rng(seed)
    xs, ys = rng.uniform(30.0, 31.5, count), rng.uniform(48.0, 49.0, count)
    sides = np.where(xs < front_at(ys), "blues", "reds")
    return held(
        [
            (f"v{n}", Point(x, y), str(side), 3)
            for n, (x, y, side) in enumerate(zip(xs, ys, sides, strict=True))
        ]
    )


def front_at(lat: np.ndarray) -> np.ndarray:
    return 30.75 + 0.15 * np.sin((lat - 48.0) * 5)


def test_on_a_road_the_front_lies_between_the_last_place_and_the_first() -> None:
    row = front_lines(road()).iloc[0]
    assert (row.side_a, row.side_b, row.status) == ("blues", "reds", "reported")
    assert row.axis_km_high - row.axis_km_low == pytest.approx(28.9, abs=0.3)
    assert ROAD["Cima"].x < row.geometry.centroid.x < ROAD["Dura"].x
    assert row.band.contains(row.geometry.centroid)
    assert not row.band.contains(ROAD["Bora"])
    assert row.uncertainty_m == pytest.approx(14_450, abs=200)


def test_the_line_is_short_and_side_a_lies_on_its_left() -> None:
    for control in (road(), road(**dict.fromkeys(ROAD, "reds") | {"Alba": "blues", "Bora": "blues"})):
        row = front_lines(control).iloc[0]
        place_of = dict(zip(control["holder"], control["geometry"], strict=True))
        assert left_of(row.geometry, place_of[row.side_a])
        assert not left_of(row.geometry, place_of[row.side_b])
        assert row.geometry.length < 0.4


def test_the_front_moves_in_steps_and_says_how_far_and_whereto() -> None:
    fronts = front_lines(succeed(succeed(road(), "Dura", "reds", 6), "Elba", "reds", 9))
    assert [str(d)[:10] for d in fronts["date"]] == ["1999-03-03", "1999-03-06", "1999-03-09"]
    assert math.isnan(fronts["moved_km"].iloc[0])
    assert list(fronts["moved_toward"]) == ["", "east", "east"]
    assert fronts["moved_km"].iloc[1:].tolist() == pytest.approx([28.9, 28.9], abs=0.3)


def test_fighting_between_the_sides_widens_the_band_and_draws_the_line() -> None:
    fronts = front_lines(succeed(road(), "Dura", "contested", 6, status="contested"))
    last = fronts.iloc[-1]
    assert last.axis_km_high - last.axis_km_low == pytest.approx(57.8, abs=0.5)
    assert last.geometry.distance(ROAD["Dura"]) < 0.01


def test_a_claim_dashes_the_front() -> None:
    assert front_lines(succeed(road(), "Dura", "reds", 6, status="claimed"))["status"].tolist() == [
        "reported",
        "claimed",
    ]


def test_one_place_that_holds_out_is_an_island() -> None:
    fronts = front_lines(road(Bora="blues", Dura="reds", Elba="reds"))
    ring = fronts[fronts["axis_km_low"].isna()].iloc[0]
    assert ring.geometry.is_closed
    assert (ring.side_a, ring.side_b) == ("blues", "reds")
    assert shapely.Polygon(ring.geometry).contains(ROAD["Bora"])
    assert shapely.is_ccw(ring.geometry)
    main = fronts[fronts["axis_km_low"].notna()]
    assert len(main) == 1 and main["axis_km_low"].iloc[0] == pytest.approx(4 * 28.9, abs=1)


def test_a_place_that_the_front_has_passed_is_no_island() -> None:
    control = road(**dict.fromkeys(ROAD, "blues") | {"Alba": "reds"})
    for name, when in (("Bora", 5), ("Dura", 7), ("Elba", 8)):  # Cima was never told of
        control = succeed(control, name, "reds", when)
    control.loc[control["place"] == "Alba", "last_confirmed"] = pd.Timestamp(day(9))
    last = front_lines(control)
    last = last[last["date"] == last["date"].max()]
    assert len(last) == 1
    assert last["axis_km_low"].iloc[0] == pytest.approx(4 * 28.9, abs=1)


def test_nothing_is_drawn_in_a_wide_gap_of_which_nothing_is_told() -> None:
    control = held([("Alba", Point(10, 30), "reds", 3), ("Far", Point(13, 30), "blues", 3)])
    assert len(front_lines(control)) == 0


def test_lines_and_bands_are_clipped_to_land() -> None:
    land = box(9, 29.95, 13, 30.5)
    row = front_lines(road(), land=land).iloc[0]
    assert land.buffer(1e-6).contains(row.geometry)
    assert land.buffer(1e-3).contains(row.band)
    assert row.geometry.length < front_lines(road()).iloc[0].geometry.length


def test_the_axis_is_found_from_west_to_east_or_taken_from_the_user() -> None:
    assert fronts_and_axis(road())[1]["place"].tolist() == list(ROAD)
    named = fronts_and_axis(road(), theatre=Theatre(axis=("Gora", "elba", "Nowhere", "Alba")))[1]
    assert named["place"].tolist() == ["Gora", "Elba", "Alba"]
    assert named["axis_km"].iloc[0] == 0
    assert named["axis_km"].iloc[-1] == pytest.approx(6 * 28.9, abs=1)


def test_a_plain_has_no_axis() -> None:
    assert len(fronts_and_axis(plain())[1]) == 0


def test_areas_of_a_plain_are_disjoint_and_hold_unseen_villages() -> None:
    areas = control_areas(plain(), date="1999-03-04").set_index("holder")["geometry"]
    assert areas["blues"].intersection(areas["reds"]).area < 1e-9
    rng = np.random.default_rng(7)
    xs, ys = rng.uniform(30.05, 31.45, 400), rng.uniform(48.05, 48.95, 400)
    found = np.where(shapely.contains_xy(areas["blues"], xs, ys), "blues", "reds")
    assert np.mean(found == np.where(xs < front_at(ys), "blues", "reds")) > 0.95


def test_the_front_of_a_plain_follows_its_curve_with_side_a_on_the_left() -> None:
    fronts = front_lines(plain())
    line = max(fronts["geometry"], key=lambda g: g.length)
    lats = np.linspace(48.1, 48.9, 40)
    gaps = [line.distance(Point(x, y)) for x, y in zip(front_at(lats), lats, strict=True)]
    assert np.mean(gaps) < 0.06
    assert set(fronts["side_a"]) == {"blues"}
    # Blues are in the west: with them on the left the line runs north.
    assert line.coords[0][1] < line.coords[-1][1]
    assert fronts["band"].isna().all()


def test_ground_won_on_a_plain_is_measured_with_its_direction() -> None:
    control = plain()
    for name, point in zip(control["place"], control["geometry"], strict=True):
        if front_at(np.array(point.y)) < point.x < front_at(np.array(point.y)) + 0.25:  # about 18 km
            control = succeed(control, name, "blues", 6)
    last = front_lines(control).iloc[-1]
    assert last.moved_toward == "east"
    assert last.moved_km == pytest.approx(18, abs=6)
    assert last.gained_km2 > 1000


def test_one_doubtful_claim_does_not_bend_the_front() -> None:
    control = plain()
    east = control.index[[g.x > 31.2 for g in control["geometry"]]]
    doubtful = min(east, key=lambda i: control.loc[i, "geometry"].distance(Point(31.3, 48.5)))
    control.loc[doubtful, ["holder", "status", "confidence"]] = ["blues", "claimed", 0.1]
    areas = control_areas(control, date="1999-03-04").set_index("holder")["geometry"]
    assert areas["reds"].contains(control.loc[doubtful, "geometry"])


def test_three_sides_divide_a_plain_without_gap_or_overlap() -> None:
    control = plain()
    south = [g.y < 48.4 and g.x > 30.75 for g in control["geometry"]]
    control.loc[south, "holder"] = "greens"
    areas = control_areas(control, date="1999-03-04").set_index("holder")["geometry"]
    assert set(areas.index) == {"blues", "greens", "reds"}
    whole = shapely.union_all(areas.tolist())
    assert sum(a.area for a in areas) == pytest.approx(whole.area, rel=1e-6)
    right = [areas[h].contains(g) for h, g in zip(control["holder"], control["geometry"], strict=True)]
    assert np.mean(right) > 0.95


def test_nothing_is_drawn_far_from_evidence() -> None:
    areas = control_areas(plain(), date="1999-03-04")
    assert not any(area.contains(Point(33.0, 48.5)) for area in areas["geometry"])
    assert all(line.bounds[3] < 49.6 for line in front_lines(plain())["geometry"])


def test_a_moment_before_all_evidence_has_no_areas() -> None:
    assert len(control_areas(road(), date="1999-03-01")) == 0


def test_one_side_alone_has_an_area_and_no_front() -> None:
    alone = road(**dict.fromkeys(ROAD, "reds"))
    assert control_areas(alone, date="1999-03-04")["holder"].tolist() == ["reds"]
    assert len(front_lines(alone)) == 0


def test_the_order_of_the_rows_does_not_change_the_front() -> None:
    for control in (succeed(road(Bora="blues"), "Dura", "reds", 6), plain(count=60)):
        mixed = control.sample(frac=1, random_state=4)
        assert_frame_equal(front_lines(mixed), front_lines(control))


def test_the_front_of_a_place_on_the_date_line_is_drawn_there() -> None:
    control = held([("West", Point(179.9, 60.0), "reds", 3), ("East", Point(-179.8, 60.0), "blues", 3)])
    areas = control_areas(control, date="1999-03-04")
    assert areas["holder"].tolist() == ["blues", "reds"]
    assert len(front_lines(control)) == 1


def test_no_control_gives_empty_tables_and_a_bad_table_is_refused() -> None:
    fronts = front_lines(held([]))
    assert list(fronts.columns) == list(FRONT_LINES_COLUMNS)
    assert len(fronts) == 0 and len(fronts_and_axis(held([]))[1]) == 0
    assert len(control_areas(held([]), date="1999-03-04")) == 0
    with pytest.raises(TableError, match="control table lacks the columns 'place'"):
        front_lines(road().drop(columns="place"))


def test_each_theatre_has_fronts_of_its_own_on_its_own_days() -> None:
    far = [(f"{name} far", Point(point.x + 20, point.y), SIDES[name], 4) for name, point in ROAD.items()]
    control = pd.concat([succeed(road(), "Dura", "reds", 6), held(far)], ignore_index=True)
    fronts = front_lines(control)
    assert [str(d)[:10] for d in fronts["date"]] == ["1999-03-03", "1999-03-04", "1999-03-06"]
    assert [str(d)[:10] for d in fronts["until"]] == ["1999-03-06", "NaT", "NaT"]
    near, _, last = fronts["geometry"]
    assert near.centroid.x < last.centroid.x < 12
    # kilometres count along the axis of the greater war
    assert fronts["axis_km_low"].notna().tolist() == [True, False, True]
    assert fronts_and_axis(control)[1]["place"].tolist() == list(ROAD)


def test_a_front_has_at_most_so_many_dates_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    control = road()
    for when in range(4, 12):
        control = succeed(control, "Dura", "reds" if when % 2 else "blues", when)
    assert len(front_lines(control)) == 9
    monkeypatch.setattr("mapper.events.frontline.MOST_DATES", 5)
    fronts = front_lines(control)
    assert [d.day for d in fronts["date"]] == [3, 5, 7, 9, 11]
    assert [d.day for d in fronts["until"].iloc[:-1]] == [5, 7, 9, 11]
    assert set(fronts["flags"]) == {"dates thinned"}


def test_a_line_has_no_more_points_than_its_uncertainty_is_worth() -> None:
    line = max(front_lines(plain())["geometry"], key=lambda g: g.length)
    assert shapely.get_num_coordinates(line) < 60
    assert shapely.get_coordinates(line).tolist() == shapely.get_coordinates(line).round(5).tolist()


def test_land_may_be_asked_for_by_theatre() -> None:
    asked = []

    def land(points: Any) -> Any:
        asked.append(shapely.total_bounds(points).round(1).tolist())
        return box(9, 29.95, 13, 30.5)

    front = front_lines(road(), land=land).iloc[0]
    assert asked == [[10.0, 30.0, 11.8, 30.0]]
    assert front.geometry.equals(front_lines(road(), land=box(9, 29.95, 13, 30.5)).iloc[0].geometry)


ROWS = st.lists(
    st.tuples(
        st.floats(-60, 60), st.floats(-70, 70), st.sampled_from(["reds", "blues", "greens", "contested"]),
        st.sampled_from(["held", "claimed"]), st.integers(1, 9), st.one_of(st.none(), st.integers(10, 20)),
        st.booleans(), st.floats(0, 1),
    ),
    max_size=9,
)  # fmt: skip


@settings(deadline=None, max_examples=20, derandomize=True)
@given(ROWS, st.floats(0.001, 3), st.floats(-179, 179))
def test_any_control_table_gives_valid_lines_and_disjoint_areas(
    rows: list[tuple[Any, ...]], size: float, lon: float
) -> None:
    control = held(
        [
            (f"p{n}", Point(lon + x * size / 60, y * size / 60), who, since)
            for n, (x, y, who, _, since, *_) in enumerate(rows)
        ]
    )
    for n, (_, _, who, status, _, until, old, confidence) in enumerate(rows):
        control.loc[n, "status"] = "contested" if who == "contested" else status
        control.loc[n, "confidence"] = confidence
        if until is not None:
            control.loc[n, "until"] = pd.Timestamp(day(until))
        if old:
            control.loc[n, "since"] = pd.NaT
    fronts = front_lines(control)
    assert fronts["geometry"].map(lambda g: g.is_valid and not g.is_empty).all()
    assert (fronts["side_a"] != fronts["side_b"]).all()
    assert not set(fronts["side_a"]) & {"contested"}
    areas = control_areas(control, date="1999-03-09")
    for a, b in combinations(areas["geometry"], 2):
        assert a.intersection(b).area <= 1e-6 * max(a.area, b.area)


def test_a_town_taken_puts_the_front_beyond_it_when_the_losers_hold_nothing_known() -> None:
    now = held([("Sidra", Point(18.35, 30.63), "army", 1), ("Ras Lanuf", Point(18.55, 30.50), "army", 10)])
    past = held([("Ras Lanuf", Point(18.55, 30.50), "rebels", 1)])
    past["until"] = pd.to_datetime([day(10)], utc=True)
    (front,) = front_lines(pd.concat([past, now], ignore_index=True)).tail(1).to_dict("records")
    assert (front["side_a"], front["side_b"], front["moved_toward"]) == ("army", "rebels", "southeast")
    assert front["geometry"].centroid.x > 18.55
    # side_a is on the left: a point of the army's side turns the line counter-clockwise
    (ax, ay), (bx, by) = front["geometry"].coords[0], front["geometry"].coords[-1]
    assert (bx - ax) * (30.63 - ay) - (by - ay) * (18.35 - ax) > 0
