"""``python -m ci_kit``."""

from ci_kit.cli import main

if __name__ == "__main__":
    main()
