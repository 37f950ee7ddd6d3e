"""Fronts from settlements of a plain against the truth: `python tests/benchmarks/bench_front.py`.

Uses `../shared/bench/frontline_geometry` where it is there. Exits with 1 where a floor is missed: accuracy
over all and within 15 km of the front, mean distance from the true front to the line, CPU seconds a date.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely import affinity

from mapper.events.frontline import control_areas, front_lines

FOLDER = Path(__file__).parents[3] / "shared" / "bench" / "frontline_geometry"
LEAST_ACCURACY, LEAST_NEAR, MOST_KM, MOST_SECONDS = 0.965, 0.88, 5.0, 5.0


def given_states(table: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the rows that the front may be drawn from as a control table."""
    given = table[table["split"] == "input"]
    since = pd.Timestamp(day, tz="UTC")
    return pd.DataFrame(
        {
            "place_id": [f"p{n}" for n in given.index],
            "place": given["place"].to_list(),
            "geometry": shapely.points(given["lon"], given["lat"]),
            "holder": given["controller"].to_list(),
            "status": "held",
            "since": since,
            "until": pd.to_datetime([None] * len(given), utc=True),
            "confidence": 1.0,
        }
    )


def main() -> int:
    """Print one line a date and return the exit code."""
    if not FOLDER.exists():
        print(f"skipped: {FOLDER} is not there")
        return 0
    missed = False
    for path in sorted(FOLDER.glob("settlements_*.csv")):
        day = re.sub(r"\D*(\d{4}-\d\d-\d\d).*", r"\1", path.name)
        table = pd.read_csv(path)
        control = given_states(table, day)
        begin = time.process_time()
        areas = control_areas(control, date=day).set_index("holder")["geometry"]
        lines = shapely.union_all(front_lines(control)["geometry"].to_list())
        seconds = time.process_time() - begin
        test = table[table["split"] == "test"]
        right = np.zeros(len(test), dtype=bool)
        for holder, area in areas.items():
            right |= (test["controller"] == holder).to_numpy() & shapely.contains_xy(
                area, test["lon"], test["lat"]
            )
        near = (test["km_from_front"] <= 15).to_numpy()
        front = pd.read_csv(path.with_name(path.name.replace("settlements", "front")))
        stretch = np.cos(np.radians(front["lat"].mean()))
        flat = affinity.scale(lines, stretch, 1.0, origin=(0, 0))
        km = 111.2 * shapely.distance(shapely.points(front["lon"] * stretch, front["lat"]), flat)
        print(
            f"{day}: accuracy {right.mean():.3f}, within 15 km {right[near].mean():.3f}, "
            f"truth to line {km.mean():.1f} km, {seconds:.1f} CPU s"
        )
        missed |= right.mean() < LEAST_ACCURACY or right[near].mean() < LEAST_NEAR
        missed |= km.mean() > MOST_KM or seconds > MOST_SECONDS
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
