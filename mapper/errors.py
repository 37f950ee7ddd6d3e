"""The errors that `mapper` raises.

    MapperError
      ReportError      (ValueError)     a report cannot be read; names file and line
      GazetteerError   (LookupError)    a table lacks columns, a service failed; keeps the cause
      TableError       (ValueError)     a table handed in lacks columns or mixes time zones
      TheatreError     (ValueError)     theatre.toml cannot be used; names the key
      WriteError       (ValueError)     unknown ending, missing optional package, path not writable

A message is one full sentence: the wrong value, where it stands, what would be right.
"""


class MapperError(Exception):
    """Root of everything that a caller of `mapper` must repair."""


class ReportError(MapperError, ValueError):
    """A report cannot be read; the message names file and line."""


class GazetteerError(MapperError, LookupError):
    """A gazetteer table lacks columns, or a geocoding service failed."""


class TableError(MapperError, ValueError):
    """A table handed in lacks columns or mixes time zones."""


class TheatreError(MapperError, ValueError):
    """The settings file `theatre.toml` cannot be used; the message names the file and the key."""


class WriteError(MapperError, ValueError):
    """A file cannot be written: unknown ending, missing package, or a path that is not writable."""
