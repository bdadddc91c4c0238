"""What a user can set, and where the values of a run come from."""
