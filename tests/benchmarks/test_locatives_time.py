"""The grammar of locative phrases takes time in proportion to the text, whatever the text."""

import time

import pytest

from mapper.model import Toponym
from mapper.text.locatives import find_locatives

HOSTILE = [
    "one ", "5 km ", "5 km north of ", "the ", "(5 km ", ",", "1", "5.", '"', "north-", "1 hour's drive, ",
    "half a ", "the town ", "it is 5 km away. ", "and 5 km from it ", "5 km from the capital ", "a",
    "that is 7 miles ", "\n\n", "1,",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_four_times_the_text_takes_about_four_times_as_long(piece):
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        start = time.process_time()
        find_locatives(text, [])
        return time.process_time() - start

    seconds(1_000)
    assert seconds(1_000_000) < 0.5 + 8 * seconds(250_000)


def test_a_megabyte_of_names_and_distances_is_read_in_linear_time():
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
