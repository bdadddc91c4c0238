"""``ci-kit adopt`` replaces hand-written steps of a workflow by ci-kit's action."""
