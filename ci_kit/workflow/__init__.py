"""``ci-kit render`` writes a project's workflow file from its pyproject.toml and a template."""
