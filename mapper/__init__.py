"""News reports of a war become a map that can be checked."""

from mapper.errors import GazetteerError, MapperError, ReportError, TableError, WriteError
from mapper.events.frontline import control_areas, front_lines
from mapper.model import (
    Action,
    DateSpan,
    DistanceCheck,
    Event,
    Extraction,
    Gazetteer,
    Location,
    Locative,
    NameHit,
    Place,
    Rejected,
    Report,
    Resolution,
    Situation,
    Toponym,
)
from mapper.pipeline import build, extract, geoparse
from mapper.render import write
from mapper.text.reports import read_reports

__version__ = "0.1.0"

__all__ = [
    "Action",
    "DateSpan",
    "DistanceCheck",
    "Event",
    "Extraction",
    "Gazetteer",
    "GazetteerError",
    "Location",
    "Locative",
    "MapperError",
    "NameHit",
    "Place",
    "Rejected",
    "Report",
    "ReportError",
    "Resolution",
    "Situation",
    "TableError",
    "Toponym",
    "WriteError",
    "build",
    "control_areas",
    "extract",
    "front_lines",
    "geoparse",
    "read_reports",
    "write",
]
