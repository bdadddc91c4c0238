"""``ci-kit doctor``: what a run would find on this machine, and what it lacks."""
