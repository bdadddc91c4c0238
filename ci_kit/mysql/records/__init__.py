"""What is written down of each server, and the end of those that other processes left."""
