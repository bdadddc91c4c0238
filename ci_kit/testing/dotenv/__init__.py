"""Finding what in a project replaces variables of the run, such as a ``.env`` file that is loaded."""
