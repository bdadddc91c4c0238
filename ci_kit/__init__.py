"""CI test jobs for Python projects with a MySQL database."""

__version__ = "0.1.0"
