"""Run the command line: `mapper`, or `python -m mapper`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code; Ctrl-C while modules load is an interrupt too."""
    try:
        from mapper.cli import run

        sys.exit(run())
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing half-written is left behind.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
