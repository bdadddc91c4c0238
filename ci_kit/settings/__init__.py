"""What there is to set, and where the values of a run come from."""
