"""How long the reading of one text may take, and how much memory it may ask for.

In the main thread of a process, as here and in a pool of processes, a timer ends the reading between
two steps of Python. Elsewhere, as in the threads of a Dask worker, the error is put into the thread.
Where neither helps, because a step never ends, the process is ended from below, and whoever gave it the text
learns of its death.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

# A report of a thousand words takes a tenth of a second; one that takes this long is no report.
SECONDS = 60.0
# Half a million characters of plain prose need a quarter of this.
MEMORY = 4 << 30
# A process that does not answer its timer is ended after so many times its seconds.
_TIMES_TO_THE_END = 2

_lock = threading.Lock()
_threads = 0
# Open as long as the process: the watch writes into it from below Python.
_nowhere = Path(os.devnull).open("wb")  # noqa: SIM115


@contextmanager
def bounded(seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """
    Raise in the block what takes too long or asks for too much.

    Parameters
    ----------
    seconds
        After so long `TimeoutError` is raised: of computing in the main thread, of the clock in others.
    memory
        Bytes that the process may ask for beyond what it has; then `MemoryError` is raised. Only where
        the system can bound it (Linux), and not in threads, whose memory is one.

    Examples
    --------
    >>> with bounded(0.01):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
        ...
    TimeoutError: It took longer than 0.01 seconds.
    """
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        with _timer(seconds), _ceiling(memory):
            yield
    else:
        with _raised_in_thread(seconds):
            yield


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    over = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal over
        over = True
        raise TimeoutError(f"It took longer than {seconds:g} seconds.")

    # Seconds of computing, not of the clock: a busy machine sets no other reports aside than an idle one.
    before, begun = signal.signal(signal.SIGPROF, stop), time.process_time()
    outer, _ = signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
        if over:  # a library has caught what it should have let through
            raise TimeoutError(f"It took longer than {seconds:g} seconds.")
    finally:
        left = max(outer - (time.process_time() - begun), 1e-3) if outer else 0
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        signal.setitimer(signal.ITIMER_PROF, left)


@contextmanager
def _ceiling(memory: int) -> Iterator[None]:
    """Let the process ask for so many bytes more and not for others."""
    used = _virtual_bytes()
    if not used:
        yield
        return
    import resource  # not on every system

    before, most = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = used + memory
    lower = min((limit for limit in (before, most) if limit != resource.RLIM_INFINITY), default=ceiling)
    resource.setrlimit(resource.RLIMIT_AS, (min(ceiling, lower), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _virtual_bytes() -> int:
    """Return the size of the address space of this process, 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


@contextmanager
def _raised_in_thread(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in this thread; the process ends if that is not heard."""
    thread, over = threading.get_ident(), False

    def stop() -> None:
        nonlocal over
        with _lock:
            if not over:
                over = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(TimeoutError)
                )

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    _enter(seconds * _TIMES_TO_THE_END)
    timer.start()
    try:
        yield
    except TimeoutError as error:
        raise TimeoutError(f"It took longer than {seconds:g} seconds.") from error
    finally:
        with _lock:
            over = True
        timer.cancel()
        _leave()


def _enter(seconds: float) -> None:
    """Wind up the watch that ends a process none of whose threads goes on."""
    global _threads
    with _lock:
        _threads += 1
        faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere)


def _leave() -> None:
    global _threads
    with _lock:
        _threads -= 1
        if not _threads:
            faulthandler.cancel_dump_traceback_later()
