"""The project's tests: whose Python runs them, the run, and the verdict."""
