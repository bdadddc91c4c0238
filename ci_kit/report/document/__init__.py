"""A run as one JSON document, for other programs and for ``ci-kit report``."""
