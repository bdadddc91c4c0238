"""The database server: where it comes from, and bringing it to the state the tests want."""
