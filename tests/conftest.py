"""What several tests share."""

from pathlib import Path

import pytest

import mapper
from mapper.model import Situation

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "data" / "reports"
SEED = ROOT.parent / "shared" / "bench" / "frontline" / "dev01_seed_mar10.txt"


@pytest.fixture(scope="session")
def example() -> Situation:
    """Return the situation of the example report, built once."""
    return mapper.build(EXAMPLE)
