"""``ci-kit init``: the settings and the workflow of a project, found in its files."""
