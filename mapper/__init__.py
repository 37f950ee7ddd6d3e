"""News reports of a war become a map that can be checked.

The public names are loaded when they are first asked for, so that one module, such as the gazetteer,
can be used without the weight of all others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapper.errors import GazetteerError as GazetteerError
    from mapper.errors import MapperError as MapperError
    from mapper.errors import ReportError as ReportError
    from mapper.errors import TableError as TableError
    from mapper.errors import TheatreError as TheatreError
    from mapper.errors import WriteError as WriteError
    from mapper.events.frontline import control_areas as control_areas
    from mapper.events.frontline import front_lines as front_lines
    from mapper.model import Action as Action
    from mapper.model import DateSpan as DateSpan
    from mapper.model import DistanceCheck as DistanceCheck
    from mapper.model import Event as Event
    from mapper.model import Extraction as Extraction
    from mapper.model import Gazetteer as Gazetteer
    from mapper.model import Location as Location
    from mapper.model import Locative as Locative
    from mapper.model import NameHit as NameHit
    from mapper.model import Place as Place
    from mapper.model import Rejected as Rejected
    from mapper.model import Report as Report
    from mapper.model import Resolution as Resolution
    from mapper.model import Situation as Situation
    from mapper.model import Toponym as Toponym
    from mapper.pipeline import build as build
    from mapper.pipeline import extract as extract
    from mapper.pipeline import geoparse as geoparse
    from mapper.render import write as write
    from mapper.text.reports import read_reports as read_reports
    from mapper.theatre import Theatre as Theatre
    from mapper.theatre import read_theatre as read_theatre

__version__ = "0.1.0"

_HOMES = {
    "mapper.errors": (
        "GazetteerError", "MapperError", "ReportError", "TableError", "TheatreError", "WriteError",
    ),
    "mapper.events.frontline": ("control_areas", "front_lines"),
    "mapper.model": (
        "Action", "DateSpan", "DistanceCheck", "Event", "Extraction", "Gazetteer", "Location", "Locative",
        "NameHit", "Place", "Rejected", "Report", "Resolution", "Situation", "Toponym",
    ),
    "mapper.pipeline": ("build", "extract", "geoparse"),
    "mapper.render": ("write",),
    "mapper.text.reports": ("read_reports",),
    "mapper.theatre": ("Theatre", "read_theatre"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Load a public name from its module at the first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'mapper' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
