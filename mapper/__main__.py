"""Run the command line: `mapper`, or `python -m mapper`."""

import signal
import sys


def main() -> None:
    """Run the command line and leave with its exit code; Ctrl-C while modules load is an interrupt too."""
    try:
        from mapper.cli import run

        code = run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing half-written is left behind.\n")
        code = 130
    # The work is done and the exit code stands: a late Ctrl-C must not change it while Python ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


if __name__ == "__main__":
    main()
