"""Reading takes time in proportion to the text, whatever the text: up to 1 MB of hostile text."""

import re
import time

import pytest

from mapper import Report, extract
from mapper.model import Toponym
from mapper.pipeline import default_recognizer
from mapper.text.locatives import find_locatives

# X is a name. Each piece, repeated, is the longest run of what one rule of the grammar walks along.
HOSTILE = [
    "one ", "5 km ", "5 km north of ", "the ", "(5 km ", ",", "1", "5.", '"', "north-", "1 hour's drive, ",
    "half a ", "the town ", "it is 5 km away. ", "and 5 km from it ", "5 km from the capital ", "a",
    "that is 7 miles ", "\n\n", "1,", " ", "\t", "\n", "N.", "al-", "(X, 5 km ", "X is a village 5 km from ",
    "X fell. The fallen town is 5 km from it. ", "X on the X ", "X, north of the town, 5 km away ",
    "X and X are 5 km apart. ", "5 km - 5 km - ", "; it is 5 km ",
]  # fmt: skip


def _repeated(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


@pytest.mark.parametrize("piece", HOSTILE)
def test_four_times_the_text_takes_about_four_times_as_long(piece: str) -> None:
    def seconds(size: int) -> float:
        text = _repeated(piece, size)
        # Every name another one: the report speaks of thousands of places.
        names = [Toponym(m.start(), m.end(), f"X{i}") for i, m in enumerate(re.finditer("X", text))]
        start = time.process_time()
        find_locatives(text, names)
        return time.process_time() - start

    seconds(1_000)
    assert seconds(1_000_000) < 0.5 + 8 * seconds(250_000)


@pytest.mark.parametrize(
    "piece",
    [" ", "\t", "\n", '"', "(", "-", "and ", "1 ", "5 km north of ", "the town ", "it is 5 km away. ",
     "Sirte fell. It is 5 km from the fallen town. "],
)  # fmt: skip
def test_a_whole_report_is_read_in_linear_time(piece: str) -> None:
    recognize = default_recognizer("fast")

    def seconds(size: int) -> float:
        start = time.process_time()
        extract(Report("r", _repeated(piece, size)), recognize=recognize)
        return time.process_time() - start

    seconds(1_000)
    assert seconds(200_000) < 0.5 + 8 * seconds(50_000)


def test_a_megabyte_of_names_and_distances_is_read_in_linear_time() -> None:
    sentence = "Zalin, 5 km north of the town, lies. "
    seconds = []
    for size in (250_000, 1_000_000):
        text = sentence * (size // len(sentence))
        names = [Toponym(i, i + 5, "Zalin") for i in range(0, len(text), len(sentence))]
        start = time.process_time()
        found = find_locatives(text, names)
        seconds.append(time.process_time() - start)
        assert len([locative for locative in found if locative.value == 5]) == len(names)
    assert seconds[1] < 8 * seconds[0]
