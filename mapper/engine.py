"""Engines: how the reading of reports is spread over processes and machines.

An engine is called as `engine(work, items)`: `work` takes a list of items and returns a list of
results, and the results come in the order of the items, whatever finishes first. A few batches are
under way at a time, so neither items nor results pile up.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from mapper.errors import MapperError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Enough to fill a batch of the encoder, few enough that all workers stay busy to the end.
BATCH = 16
_ANSWER_S = 10.0  # time in which a scheduler must answer
_AHEAD = 4  # batches under way for each worker


class Engine(Protocol):
    """Maps batches of items to their results, in order."""

    def __call__(
        self,
        work: Callable[[list[Any]], list[Any]],
        items: Iterable[Any],
        *,
        lost: Callable[[Any], Any] | None = None,
    ) -> Iterator[Any]:
        """
        Give the results of `work` in the order of `items`.

        `lost` gives the result for an item whose reading killed its process each time (out of memory,
        as a rule); None raises `MapperError` then.
        """
        ...


@contextmanager
def local(workers: int = 1) -> Iterator[Engine]:
    """
    Open an engine on this machine: this process for one worker, else a pool of processes.

    Examples
    --------
    >>> with local() as engine:
    ...     list(engine(lambda numbers: [2 * n for n in numbers], range(3)))
    [0, 2, 4]
    >>> with local() as engine:
    ...     list(engine(list, []))
    []
    """
    if workers <= 1:
        yield _here
        return

    def open_pool() -> Executor:
        # Ctrl-C reaches every process of the terminal; the first one decides, the others are stopped by it.
        ignore = (signal.SIGINT, signal.SIG_IGN)
        spawn = get_context("spawn")
        return ProcessPoolExecutor(workers, spawn, initializer=signal.signal, initargs=ignore)

    def stop_pool(executor: Executor) -> None:
        executor.shutdown(wait=False, cancel_futures=True)

    pool = _Pool(open_pool, stop_pool, workers, BrokenProcessPool)
    try:
        yield pool.map
    finally:
        pool.stop()


@contextmanager
def dask(scheduler: str) -> Iterator[Engine]:
    """
    Open an engine on the Dask cluster whose scheduler has this address ("tcp://host:8786").

    The workers need this package. A worker that dies is replaced by the others.

    Raises
    ------
    MapperError
        If Dask is not installed or no scheduler answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise MapperError(
            "The engine 'dask' needs the package distributed: pip install 'mapper[dask]'."
        ) from error
    try:
        client = distributed.Client(scheduler, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MapperError(f"No Dask scheduler answers at {scheduler!r}: {error}.") from error
    with client:
        workers = max(1, sum(client.nthreads().values()))
        pool = _Pool(
            lambda: client.get_executor(pure=False),
            lambda executor: executor.shutdown(wait=False),
            workers,
            distributed.KilledWorker,
        )
        try:
            yield pool.map
        finally:
            pool.stop()


def _here(
    work: Callable[[list[Item]], list[Result]],
    items: Iterable[Item],
    *,
    lost: Callable[[Item], Result] | None = None,
) -> Iterator[Result]:
    for batch in _batches(items):
        yield from work(batch)


class _Pool:
    """An executor that is opened again when one of its processes dies."""

    def __init__(
        self,
        open_executor: Callable[[], Executor],
        stop_executor: Callable[[Executor], None],
        workers: int,
        death: type[Exception],
    ) -> None:
        self._open, self._stop, self._workers, self._death = open_executor, stop_executor, workers, death
        self._executor = open_executor()

    def map(
        self,
        work: Callable[[list[Item]], list[Result]],
        items: Iterable[Item],
        *,
        lost: Callable[[Item], Result] | None = None,
    ) -> Iterator[Result]:
        waiting: deque[tuple[list[Item], Future[list[Result]]]] = deque()
        batches = _batches(items)
        while True:
            try:
                for batch in islice(batches, _AHEAD * self._workers - len(waiting)):
                    waiting.append((batch, self._executor.submit(work, batch)))
                if not waiting:
                    return
                results = waiting[0][1].result()
            except self._death:
                # Who killed the process is not told: each batch under way is done again by itself.
                self._restart()
                results = [result for batch, _ in waiting for result in self._alone(work, batch, lost)]
                waiting.clear()
            else:
                waiting.popleft()
            yield from results

    def stop(self) -> None:
        """Drop what has not begun, and wait for no one."""
        self._stop(self._executor)

    def _restart(self) -> None:
        self.stop()
        self._executor = self._open()

    def _alone(
        self,
        work: Callable[[list[Item]], list[Result]],
        batch: list[Item],
        lost: Callable[[Item], Result] | None,
    ) -> list[Result]:
        """Return the results of a batch; where it kills its process, all but that of the item to blame."""
        try:
            return self._executor.submit(work, batch).result()
        except self._death as error:
            self._restart()
            if len(batch) > 1:
                middle = len(batch) // 2
                return self._alone(work, batch[:middle], lost) + self._alone(work, batch[middle:], lost)
            if lost is None:
                raise MapperError(f"A process died while it worked on {batch[0]!r:.200}.") from error
            return [lost(batch[0])]


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    waiting = iter(items)
    while batch := list(islice(waiting, BATCH)):
        yield batch
