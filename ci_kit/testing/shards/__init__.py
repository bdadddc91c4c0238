"""Shards: each runs a part of the suite, on a machine of its own."""
