"""A corpus of hand-written workflows, and what `ci-kit adopt` must make of each."""
