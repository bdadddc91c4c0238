"""What the last runs left in the project's folder ``.ci-kit``, and how a run differs from them."""
