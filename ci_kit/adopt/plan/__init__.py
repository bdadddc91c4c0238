"""What becomes of a job: one module for each part of it, and ``job.py`` for all of them together."""
