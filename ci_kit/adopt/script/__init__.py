"""A careful reader of shell scripts: it gives commands with their positions, or says that it is not sure."""
