"""What is done in a server that is up: accounts, databases, time zone, SQL files."""
