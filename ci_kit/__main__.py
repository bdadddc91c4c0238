"""Where ci-kit starts: the command, and ``python -m ci_kit``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, whose imports alone take long enough to be interrupted."""
    try:
        from ci_kit.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        # Nothing of ci-kit's need be there yet to say it with.
        print("ci-kit: error: interrupted by Ctrl-C", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
