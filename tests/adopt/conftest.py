"""The project of the adopted workflows has tests of its own, which run only on a machine."""

collect_ignore = ["project"]
