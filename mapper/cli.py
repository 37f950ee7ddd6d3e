"""The command line: arguments in, exit code out. Decides nothing about data.

Exit codes: 0 done, 1 could not be done, 2 wrong call, 3 done but some reports set aside, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import click
from tqdm import tqdm

from mapper import __version__, jobs
from mapper.errors import MapperError
from mapper.model import Rejected, Resolution
from mapper.reading import Reading

_DAY = click.DateTime(["%Y-%m-%d"])

DONE, FAILED, WRONG_CALL, SET_ASIDE, INTERRUPTED = 0, 1, 2, 3, 130


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = cli.main(arguments, prog_name="mapper", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_CALL
    except click.UsageError as error:
        error.show()
        return WRONG_CALL
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing half-written is left behind.", err=True)
        return INTERRUPTED
    except (MapperError, click.ClickException) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"mapper: {message}", err=True)
        return FAILED
    except BrokenPipeError:
        return DONE
    return code if isinstance(code, int) else DONE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mapper")
def cli() -> None:
    """Turn news reports of a war into a map that can be checked."""


def _reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose how a text is read."""
    gear = click.option(
        "--gear",
        type=click.Choice(["full", "fast"]),
        default="full",
        show_default=True,
        help="full reads best; fast needs no neural network.",
    )
    tables = click.option(
        "--gazetteer",
        "tables",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A table of places (.csv, .parquet, .geojson) beside the shipped one; repeatable.",
    )
    geocoder = click.option(
        "--geocoder",
        default="",
        help="Ask this geopy service (nominatim, photon ...) for names not known here.",
    )
    user_agent = click.option(
        "--user-agent", default="", help="Who asks the --geocoder: your name or address."
    )
    return gear(tables(geocoder(user_agent(command))))


_workers_option = click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that read reports.",
)


@cli.command()
@click.argument("inputs", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    help="A file (its ending chooses the writer) or a folder; repeatable.",
)
@click.option(
    "--theatre",
    "theatre_file",
    type=click.Path(path_type=Path),
    help="theatre.toml: title, sides, axis, pins; the one beside the reports is found without it.",
)
@click.option(
    "--as-known-on", type=_DAY, help="Leave out what was published later: the map as it was that day."
)
@click.option("--at", type=_DAY, help="The moment that a picture (.png, .svg) shows.")
@click.option(
    "--events",
    "coded",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A table of coded events by ACLED, UCDP GED or GDELT; repeatable.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "any"]),
    default="en",
    show_default=True,
    help="any: read reports in other languages too, for their place names.",
)
@click.option("--published", type=_DAY, help="The date of the reports that state none.")
@click.option(
    "--store",
    "store_folder",
    type=click.Path(path_type=Path),
    help="Keep the reading of each report here, so that the next build reads only what is new.",
)
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", default="", help="Address of the Dask scheduler, with --engine dask.")
@click.option("--strict", is_flag=True, help="Stop at the first report that cannot be read.")
@_workers_option
@_reading_options
def build(
    inputs: tuple[Path, ...],
    outputs: tuple[str, ...],
    coded: tuple[Path, ...],
    published: datetime | None,
    as_known_on: datetime | None,
    at: datetime | None,
    gear: Literal["full", "fast"],
    tables: tuple[Path, ...],
    geocoder: str,
    user_agent: str,
    engine: str,
    scheduler: str,
    **options: Any,
) -> int:
    """Build a map and tables from INPUTS: files, folders, JSONL or CSV of reports.

    Without INPUTS and --events the example in data/reports is built into output/.
    """
    if (engine == "dask") != bool(scheduler):
        raise click.UsageError("--engine dask and --scheduler ADDRESS go together.")
    rejected = jobs.build_files(
        inputs or (() if coded else (Path("data/reports"),)),
        outputs or ("output/",),
        Reading(gear, tables, geocoder=geocoder, user_agent=user_agent),
        coded=coded,
        published=published.replace(tzinfo=UTC) if published else None,
        as_known_on=_end_of_day(as_known_on),
        at=_end_of_day(at),
        scheduler=scheduler,
        progress=_progress,
        **options,
    )
    return _say_rejected(rejected)


@cli.command()
@click.argument("text", required=False)
@click.option("--jsonl", type=click.Path(path_type=Path), help='Records {"doc_id", "text"}, one a line.')
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where the records of --jsonl go.")
@click.option("--spans", is_flag=True, help='Resolve exactly the "toponyms" that the records give.')
@click.option("--demonyms", is_flag=True, help="Find Libyan, Syrians ... too; they never place an event.")
@click.option("--nested", is_flag=True, help="Find places inside other names: Aleppo in Aleppo University.")
@click.option("--explain", is_flag=True, help="Say why each place was chosen.")
@_workers_option
@_reading_options
def geoparse(
    text: str | None,
    jsonl: Path | None,
    output: Path | None,
    spans: bool,
    explain: bool,
    workers: int,
    **reading_options: Any,
) -> int:
    """Find the place names of TEXT, or of every record of a JSONL file, and the places they mean."""
    reading = Reading(**reading_options)
    if jsonl is not None and output is not None and text is None:
        rejected = jobs.geoparse_file(
            jsonl, output, reading, spans=spans, workers=workers, progress=_progress
        )
        return _say_rejected(rejected)
    if text is None or jsonl is not None or output is not None:
        raise click.UsageError("Give either a TEXT, or --jsonl IN with -o OUT.")
    for resolution in jobs.geoparse_text(text, reading):
        click.echo(_resolution_line(resolution))
        for reason in resolution.why if explain else ():
            click.echo(f"    {reason}")
    return DONE


def _resolution_line(resolution: Resolution) -> str:
    toponym, place = resolution.toponym, resolution.place
    line = f"{toponym.start}-{toponym.end}\t{toponym.text}\t"
    if place is None:
        return line + "no place"
    point = place.geometry.centroid
    return line + f"{place.name}, {place.country}\t{point.y:.4f},{point.x:.4f}\t{resolution.score:.2f}"


@cli.command()
@click.option(
    "--jsonl",
    required=True,
    type=click.Path(path_type=Path),
    help='Records {"id", "text", "published"}, one a line.',
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="One record a report.")
@_workers_option
@_reading_options
def extract(jsonl: Path, output: Path, workers: int, **reading_options: Any) -> int:
    """Read reports and write what each says: toponyms, events, distance claims, control."""
    reading = Reading(**reading_options)
    return _say_rejected(jobs.extract_file(jsonl, output, reading, workers=workers, progress=_progress))


@cli.command()
@click.argument("sentence")
@_reading_options
def check(sentence: str, **reading_options: Any) -> int:
    """Measure a stated distance or direction: mapper check "Ras Lanuf is 300 miles east of Tripoli"."""
    checks = jobs.check_sentence(sentence, Reading(**reading_options))
    if not checks:
        click.echo("mapper: no distance or direction from a named place was found in the sentence.", err=True)
        return FAILED
    for item in checks:
        click.echo(f"{item.verdict}: {item.sentence}")
        for role, place in (("subject", item.subject), ("landmark", item.landmark)):
            if place is not None:
                point = place.geometry.centroid
                click.echo(
                    f"  {role}: {place.name}, {place.country} {point.y:.4f},{point.x:.4f} ({place.id})"
                )
    return DONE


@cli.group()
def gazetteer() -> None:
    """Ask or extend the table of places."""


@gazetteer.command()
@click.argument("name")
@click.option("--near", help="LAT,LON: nearest first.")
@click.option("--json", "as_json", is_flag=True, help="An array, best first.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True)
def lookup(name: str, near: str | None, as_json: bool, limit: int) -> None:
    """Show the places that NAME can mean."""
    places = jobs.lookup(name, Reading(), near=_near(near), limit=limit)
    if as_json:
        click.echo(json.dumps(places, ensure_ascii=False))
        return
    if not places:
        click.echo(f"mapper: no place is known by the name {name!r}.", err=True)
    for p in places:
        where = f"{p['lat']:.4f},{p['lon']:.4f}"
        click.echo(f"{p['name']}, {p['country']}\t{where}\t{p['feature_class']}\t{p['score']:.2f}\t{p['id']}")


@gazetteer.command()
@click.argument("countries", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every country; several gigabytes of download.")
def install(countries: tuple[str, ...], everything: bool) -> None:
    """Fetch GeoNames' full tables of COUNTRIES (LY UA ...) into the user's cache; asks the network."""
    if bool(countries) == everything:
        raise click.UsageError("Give either country codes, such as LY UA, or --all.")
    with tqdm(unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:

        def show(name: str, there: int, expected: int) -> None:
            bar.set_description(name, refresh=False)
            bar.total = expected
            bar.update(there - bar.n)

        paths = jobs.install_tables(countries, progress=show)
    for path in paths:
        click.echo(path)


@gazetteer.command()
def info() -> None:
    """Say what tables of places are in use, from when, how large, under which licence."""
    for table in jobs.gazetteer_info():
        click.echo("\n".join(f"{key}: {value}" for key, value in table.items()) + "\n")


@cli.command()
@click.argument("urls", nargs=-1, required=True)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="The folder for the report files."
)
def fetch(urls: tuple[str, ...], output: Path) -> int:
    """Save the articles at URLS as report files with title, date and source; asks the network."""
    rejected: list[Rejected] = []
    for path in jobs.fetch(urls, output, rejected=rejected):
        click.echo(path)
    return _say_rejected(rejected)


def _end_of_day(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) + timedelta(days=1) - timedelta(microseconds=1) if day else None


def _near(value: str | None) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        lat, lon = (float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not LAT,LON, such as 32.9,13.2.", param_hint="--near"
        ) from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise click.BadParameter(f"{value!r} lies outside -90..90, -180..180.", param_hint="--near")
    return lat, lon


def _progress(items: Iterable[Any], *, total: int | None = None, unit: str = "report") -> Iterator[Any]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    return iter(tqdm(items, total=total, unit=unit, disable=not sys.stderr.isatty()))


def _say_rejected(rejected: Sequence[Rejected]) -> int:
    for item in rejected:
        where = " ".join(part for part in (item.path, item.record) if part)
        click.echo(f"mapper: set aside: {where}: {item.reason}", err=True)
    if rejected:
        click.echo(f"mapper: done, but {len(rejected)} input(s) were set aside.", err=True)
    return SET_ASIDE if rejected else DONE
