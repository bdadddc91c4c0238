"""``ci-kit render``: the project's workflow file, from its pyproject.toml and a template."""
