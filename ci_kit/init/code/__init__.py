"""What the Python files of a project tell. They are parsed, and never imported."""
