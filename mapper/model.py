"""The records that pass from step to step, and the columns of the tables.

Every record is frozen and holds the record it was made from, so the way back from a mark on the
map to the characters of a report is a chain of fields.

Conventions: `start`, `end` count characters of the report's text, the second excluded; `since`,
`until` are timezone-aware UTC times, the second excluded; coordinates are (lon, lat) in degrees,
WGS 84; lengths are metres, bearings degrees clockwise from true north.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mapper.errors import MapperError

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

Certainty = Literal["reported", "claimed", "denied", "planned"]
Precision = Literal["day", "few_days", "week", "month", "unknown"]
Relation = Literal["at", "near", "offset", "direction", "between", "along", "inside", "outside"]
Verdict = Literal["consistent", "approximate", "inconsistent", "unverifiable"]


@dataclass(frozen=True, slots=True)
class Report:
    """One text with an identity and, if known, a time of publication."""

    id: str
    text: str
    published: datetime | None = None
    source: str = ""
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that could not be used: where it stands and, in one sentence, why."""

    path: str
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class Toponym:
    """A span of a text that names a place.

    `role` is `literal` (the place itself), `associative` (the place stands for something else,
    as in "Kyiv said"), `demonym` ("Libyan") or `nested` (a place inside another name, as Aleppo
    in "Aleppo University"). `score` is the probability that the span is a toponym. `name` is
    the spelling to look up where it differs from `text`: a line break removed, a slip corrected
    from another mention ("Ras Lanus" after "Ras Lanuf").
    """

    start: int
    end: int
    text: str
    role: Literal["literal", "associative", "demonym", "nested"] = "literal"
    score: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class NameHit:
    """A run of words in a text that the gazetteer knows as a name.

    `prominence` is log10 of the population of its most prominent place (0 when unknown; countries
    and regions count as large); `feature_classes` are the classes its places have, sorted and
    joined ("AP"); GeoNames' letters: A admin, P place, S spot, T terrain, H water, L area, and D
    for a demonym.
    """

    start: int
    end: int
    prominence: float
    feature_classes: str


@dataclass(frozen=True, slots=True)
class Locative:
    """A phrase that places something by relation to landmarks.

    `subject` is the toponym that the phrase places ("Ras Lanuf" in "Ras Lanuf (300 miles east of
    Tripoli)"), None when the thing has no name ("a checkpoint 40 km west of the town").
    `value` and `unit` are as stated (`km`, `mi`, `nmi`, `m`); `distance_m` is the same in metres,
    and `distance_max_m` the upper end of a range ("50 to 60 km"). `bearing` is the compass word
    in full ("north-northeast", "east") and `bearing_deg` its degrees, from the landmark to the
    subject. `comparator` is `=` `~` `<` or `>`. `claim` is True where distance or direction are
    asserted and can be checked. `hours` is a stated time of travel ("two hours' drive"), `fraction`
    the part of the way from the first landmark to the second (0.5 for "halfway"). `implicit` is
    True where the landmark is not named in the phrase ("40 km to the south", "the fallen city").
    `others` are then further places of the report that it may mean, the likeliest first. `at_sea` is True
    for what lies off a coast.
    """

    start: int
    end: int
    text: str
    relation: Relation
    landmarks: tuple[Toponym, ...]
    subject: Toponym | None = None
    value: float | None = None
    unit: str = ""
    distance_m: float | None = None
    distance_max_m: float | None = None
    bearing: str = ""
    bearing_deg: float | None = None
    comparator: Literal["=", "~", "<", ">"] = "="
    road: bool = False
    claim: bool = True
    hours: float | None = None
    fraction: float | None = None
    implicit: bool = False
    others: tuple[Toponym, ...] = ()
    at_sea: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of a gazetteer.

    `geometry` is usually a point; `extent_m` is the radius of a circle about it that holds the
    place (0 when unknown). `country` is ISO 3166-1 alpha-2, "" when none; `admin1`, `admin2` are
    names of the units that hold it, `admin1_code`, `admin2_code` their GeoNames codes ("LY.77", "US.LA.079").
    `match` says how well the name asked for matched: 1.0 is an exact name, less is an alternate, a
    folded, an affix-stripped or a misspelt one; `matched` says in which way: `name`, `alternate`,
    `abbreviation`, `demonym`, `bare` (its article left out), `typeless` ("Khost" of "Khost Province"),
    `looser` (the name asked for had to lose a word), `misspelt`, `inner` (only a part of it is a name),
    `prefix`. A capital has the code `PPLC`, a first-order seat `PPLA`. `name_count` is the number of
    spellings known, `box` (west, south, east, north) or None.
    """

    id: str
    name: str
    geometry: BaseGeometry
    feature_class: str = "P"
    feature_code: str = ""
    population: int = 0
    extent_m: float = 0.0
    country: str = ""
    admin1: str = ""
    admin2: str = ""
    source: str = ""
    licence: str = ""
    match: float = 1.0
    matched: str = "name"
    admin1_code: str = ""
    admin2_code: str = ""
    name_count: int = 1
    box: tuple[float, float, float, float] | None = None


class Gazetteer(Protocol):
    """What the other steps ask of a gazetteer."""

    def candidates(self, name: str) -> Sequence[Place]:
        """Return the places that `name` can mean, best match first; empty when none is known."""
        ...


@dataclass(frozen=True, slots=True)
class Resolution:
    """A toponym with the chosen place, or None.

    `score` is the calibrated probability that the place is right (within 161 km); `runner_up` is the
    second choice and `why` the evidence for the first, in words. `flags` may hold "approximate"
    (the place stands for something in or near it).
    """

    toponym: Toponym
    place: Place | None
    score: float = 0.0
    runner_up: Place | None = None
    why: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is: a geometry with an uncertainty in metres.

    Point-radius method: Wieczorek et al. (2004), doi:10.1080/13658810412331280211. `geometry` is
    the most likely point, `region` the area (sector, annulus sector, corridor, ring) that holds
    the thing with the stated uncertainty, None when the point's circle says it all. `locative` is
    None where the place is simply named; then `resolution` alone says it.
    """

    name: str
    geometry: BaseGeometry
    uncertainty_m: float
    resolution: Resolution | None = None
    locative: Locative | None = None
    places: tuple[Place, ...] = ()
    region: BaseGeometry | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DistanceCheck:
    """A stated distance or direction beside the measured one, with a verdict.

    `subject`, `landmark` are None where the phrase has none with a place. `error_m` is stated
    minus measured, `bearing_off_deg` the unsigned difference. `sentence` says it to a reader.
    `claimed` is the point where the claim alone would put the subject, None without a direction.
    """

    locative: Locative
    subject: Place | None
    landmark: Place | None
    stated_m: float | None
    stated_bearing_deg: float | None
    measured_m: float | None
    measured_bearing_deg: float | None
    verdict: Verdict
    sentence: str = ""
    error_m: float | None = None
    bearing_off_deg: float | None = None
    borderline: bool = False
    claimed: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What was done and by whom, as the report states it.

    `start`, `end` are the trigger words; `sentence_start`, `sentence_end` the sentence, which is the quote.
    `kind` is one of `KINDS`, or `holds` for a statement of who holds a place, which is a state
    and no event. `actor`, `opponent` are mentions in the report's words, "" when not told.
    `where` is the toponym or locative that the syntax gives as the place, None when the
    text names none; then `place_word` may hold the words that stand for it ("the town", "there").
    `outcome` is `controlled_by:MENTION`, `contested` or `none`. `source` is who says it, in the
    report's words, and `source_class` what that is (`official`, `media`, `force`, `witness`, ...).
    `clause_start`, `clause_end` bound the clause, where its date is looked for; `tense` is `past`,
    `before_past` ("had taken"), `present` or `future`. `partial` is True where only a part or the
    edge of the place is meant.
    """

    start: int
    end: int
    sentence_start: int
    sentence_end: int
    kind: str
    actor: str
    opponent: str
    certainty: Certainty
    where: Toponym | Locative | None = None
    outcome: str = "none"
    place_word: str = ""
    source: str = ""
    source_class: str = ""
    clause_start: int = -1
    clause_end: int = -1
    tense: str = "past"
    partial: bool = False


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A time that a text names, as an interval.

    `since`, `until` are None when the text gives no calendar ("before the harvest").
    `relative_to_previous` marks what counts from the event told before ("two days later"); then
    `offset_days` says how far, and `since`, `until` are filled by whoever knows that event. `head` marks
    a date that opens an entry of a diary or log ("21 December."), for all that the entry tells. `aside`
    bounds the relative clause that the date stands in ("a town that fell on March 2").
    """

    start: int
    end: int
    text: str
    since: datetime | None
    until: datetime | None
    precision: Precision = "day"
    relative_to_previous: bool = False
    offset_days: int = 0
    head: bool = False
    aside: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An action at a location in a time span, with the sentence it was read from.

    `side`, `opposing_side` are the sides of the report that the actor and the opponent
    belong to, "" when unknown. `order` is 1 for the earliest in the report; equal
    numbers mean that the report does not say.
    """

    id: str
    report_id: str
    source: str
    quote: str
    action: Action
    location: Location | None
    since: datetime | None
    until: datetime | None
    precision: Precision = "unknown"
    side: str = ""
    opposing_side: str = ""
    holder: str = ""
    order: int = 0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one report says: the result of steps 2 to 9."""

    report: Report
    resolutions: tuple[Resolution, ...] = ()
    locations: tuple[Location, ...] = ()
    checks: tuple[DistanceCheck, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything known at the end of a build, as six tables.

    `title` and `attributions` (one line a data source) go onto the map. `axis` (`AXIS_COLUMNS`) holds
    the places along the axis of the war in order, one a row; None where the war has no axis.
    """

    places: pd.DataFrame
    timeline: pd.DataFrame
    distance_checks: pd.DataFrame
    control: pd.DataFrame
    front_lines: pd.DataFrame
    rejected: pd.DataFrame
    reports: pd.DataFrame
    title: str = ""
    attributions: tuple[str, ...] = ()
    axis: pd.DataFrame | None = None

    def at(self, day: str | datetime | pd.Timestamp) -> pd.DataFrame:
        """
        Return who held what on a day: the control states in force at its end, one row a place.

        A time without a zone is UTC; a state without `since` holds from before the first report.
        """
        import pandas as pd  # the records alone need none of its weight

        moment = pd.Timestamp(day)
        moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
        end = moment.normalize() + pd.Timedelta(days=1)
        states = self.control
        begun = states["since"].isna() | (states["since"] < end)
        lasting = states["until"].isna() | (states["until"] >= end)
        return states[begun & lasting].reset_index(drop=True)

    def to_geopandas(self) -> Any:
        """
        Return the timeline as a GeoDataFrame (WGS 84).

        Raises
        ------
        MapperError
            If geopandas is not installed.
        """
        try:
            geopandas = import_module("geopandas")
        except ImportError as error:
            raise MapperError("to_geopandas needs geopandas: pip install 'mapper[geo]'.") from error
        return geopandas.GeoDataFrame(self.timeline, geometry="geometry", crs="EPSG:4326")

    def _repr_html_(self) -> str:
        """Return the map for a notebook; the page is loaded by name, since records know no renderer."""
        html: str = import_module("mapper.render.html").notebook(self)
        return html


# Event kinds by family; the terms follow ACLED's sub-event types and PLOVER's event types.
FAMILIES: dict[str, tuple[str, ...]] = {
    "territory": ("capture", "withdraw", "surrender", "handover"),
    "ground": ("assault", "clash", "repulse"),
    "remote": ("shelling", "airstrike", "missile", "naval_fire", "ied", "demolition"),
    "movement": ("advance", "redeploy"),
    "siege": ("siege", "siege_lifted"),
    "civil": ("protest", "violence_against_civilians", "displacement"),
    "strategic": ("recognition", "agreement", "ceasefire", "statement", "arrest"),
}
KINDS: tuple[str, ...] = tuple(kind for kinds in FAMILIES.values() for kind in kinds)

# Columns of the tables, in order. `geometry` holds shapely objects in (lon, lat).
PLACES_COLUMNS = (
    "toponym", "place_id", "place", "geometry", "country", "feature_class", "score", "role",
    "matched", "place_source", "licence", "report_id", "start", "end",
)  # fmt: skip
TIMELINE_COLUMNS = (
    "event_id", "since", "until", "precision", "kind", "actor", "opponent", "certainty", "holder",
    "place_id", "place", "geometry", "uncertainty_m", "flags", "same_as", "report_id", "source",
    "published", "quote", "trigger", "order", "order_reason",
)  # fmt: skip
DISTANCE_CHECKS_COLUMNS = (
    "subject", "landmark", "stated", "stated_m", "stated_bearing", "measured_m", "measured_bearing_deg",
    "verdict", "error_m", "bearing_off_deg", "sentence", "geometry", "claimed",
    "pair_reports", "pair_figures", "report_id", "quote",
)  # fmt: skip
CONTROL_COLUMNS = (
    "place_id", "place", "geometry", "holder", "status", "since", "until", "confidence",
    "last_confirmed", "event_id",
)  # fmt: skip
FRONT_LINES_COLUMNS = (
    "date", "side_a", "side_b", "status", "geometry", "band", "axis_km_low", "axis_km_high", "moved_km",
    "moved_toward", "uncertainty_m", "evidence_since", "gained_km2", "until", "flags",
)  # fmt: skip
REJECTED_COLUMNS = ("path", "record", "reason")
REPORTS_COLUMNS = ("report_id", "title", "published", "source", "url", "events", "same_as")
AXIS_COLUMNS = ("place_id", "place", "axis_km", "geometry")
