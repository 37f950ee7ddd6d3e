"""What several tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

import mapper
from mapper.model import Situation

# The same examples on every machine, however slow: a timing is no property.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "data" / "reports"
SEED = ROOT.parent / "shared" / "bench" / "frontline" / "dev01_seed_mar10.txt"


@pytest.fixture(scope="session")
def example() -> Situation:
    """Return the situation of the example report, built once."""
    return mapper.build(EXAMPLE)
