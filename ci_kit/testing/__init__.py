"""The project's tests: whose Python runs them, the run, what came of it."""
