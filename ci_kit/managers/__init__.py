"""Package managers: how each one marks, runs and installs a project."""
