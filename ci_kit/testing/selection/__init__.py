"""Which tests of a run come first, and which tests a change affects."""
