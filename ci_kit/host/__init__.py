"""The machine: the effects on it, its processes, files and locks."""
