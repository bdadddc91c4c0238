"""``ci-kit pins``: lists the pinned actions of the generated workflows, and moves them to newer releases."""
