"""Run the command line: `mapper`, or `python -m mapper`."""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130  # as shells count an end by Ctrl-C
_SAID = "Interrupted; nothing half-written is left behind.\n"


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, _SAID.encode())
    os._exit(INTERRUPTED)


def main() -> None:
    """Run the command line and leave with its exit code; Ctrl-C while modules load is an interrupt too."""
    # A library that meets an interrupt while it loads makes its own error of it; nothing is written yet.
    before = signal.signal(signal.SIGINT, _leave)
    from mapper.cli import run

    signal.signal(signal.SIGINT, before)
    try:
        code = run()
    except KeyboardInterrupt:
        sys.stderr.write(_SAID)
        code = INTERRUPTED
    # The work is done and the exit code stands: a late Ctrl-C must not change it while Python ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code == INTERRUPTED:
        # Python ends by the signal, not by the code, where a library met it while it ran code of its own.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
