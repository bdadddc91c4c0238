"""A private server, made for one run: its program, its datadir, its replicas."""
