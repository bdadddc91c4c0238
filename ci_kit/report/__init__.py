"""The report of a run: its data, and one module for each format in which ci-kit publishes it."""
