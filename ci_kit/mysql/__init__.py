"""The database server of the tests: find or start one, prepare it, and end it."""
