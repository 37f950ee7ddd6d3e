"""Every engine gives the same results in the same order, and survives the death of its workers."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapper import engine
from mapper.bounds import bounded
from mapper.errors import MapperError


def doubled(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


def deadly_13(numbers: list[int]) -> list[int]:
    if 13 in numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    return doubled(numbers)


def slow(numbers: list[int]) -> list[int]:
    time.sleep(0.05)
    return doubled(numbers)


def failing(numbers: list[int]) -> list[int]:
    raise ValueError("no")


def test_results_come_in_the_order_of_the_items() -> None:
    with engine.local() as run:
        assert list(run(doubled, range(100))) == doubled(list(range(100)))


def test_items_are_taken_only_as_they_are_needed() -> None:
    taken = 0

    def numbers() -> Iterator[int]:
        nonlocal taken
        for number in range(10_000):
            taken = number
            yield number

    with engine.local(2) as run:
        results = run(doubled, numbers())
        assert next(results) == 0
        assert taken < 300


def test_an_item_that_kills_its_process_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 2)
    with engine.local(2) as run:
        results = list(run(deadly_13, [1, 2, 13, 4, 5], lost=lambda item: -item))
        assert results == [2, 4, -13, 8, 10]
        with pytest.raises(MapperError, match="worked on 13"):
            list(run(deadly_13, [13]))


def test_an_error_of_the_work_reaches_the_caller() -> None:
    with engine.local() as run, pytest.raises(ValueError, match="no"):
        list(run(failing, [1]))


def test_work_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TimeoutError, match=r"longer than 0\.05 seconds"), bounded(0.05):
        while True:
            pass
    with bounded(0.05):
        pass
    time.sleep(0.06)  # the timer is off


def test_work_in_a_thread_that_takes_too_long_is_stopped() -> None:
    said: list[str] = []

    def work() -> None:
        try:
            with bounded(0.05):
                while True:
                    pass
        except TimeoutError as error:
            said.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["It took longer than 0.05 seconds."]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not bound memory")
def test_work_that_asks_for_too_much_memory_is_stopped() -> None:
    with pytest.raises(MemoryError), bounded(memory=1 << 28):
        bytearray(1 << 30)
    assert len(bytearray(1 << 29)) == 1 << 29  # the bound is gone


_STUCK = """
import re, threading
from mapper.bounds import bounded
def work():
    with bounded(0.2):
        re.fullmatch("(a*)*b", "a" * 40)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_a_thread_that_hears_nothing_ends_its_process() -> None:
    ended = subprocess.run([sys.executable, "-c", _STUCK], timeout=60, capture_output=True)
    assert ended.returncode == 1


def test_a_cluster_that_loses_a_worker_gives_the_same_results() -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )
    with cluster, engine.dask(cluster.scheduler_address) as run:
        results = run(slow, range(300))
        beginning = [next(results) for _ in range(20)]
        os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
        assert beginning + list(results) == doubled(list(range(300)))


def test_a_cluster_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(engine, "_ANSWER_S", 0.5)
    with pytest.raises(MapperError, match=r"No Dask scheduler answers at 'tcp://127\.0\.0\.1:1'"):
        engine.dask("tcp://127.0.0.1:1").__enter__()
