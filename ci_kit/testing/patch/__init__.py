"""The change that a run tests: its base, its lines, and their coverage."""
