"""The machine: every effect on it, child processes, locks."""
