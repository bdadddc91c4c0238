"""A server of the run's own: its program, its data folder, its replicas."""
