"""The entry point of the program ``ci-kit`` and of ``python -m ci_kit``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Ctrl-C may come while it is still being imported."""
    try:
        from ci_kit.streams import ignore_lost_output

        ignore_lost_output()
        from ci_kit.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        # ci-kit's console may not be imported yet.
        print("ci-kit: error: interrupted by Ctrl-C", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
