"""What a server is started with, and what it says when it refuses that."""
