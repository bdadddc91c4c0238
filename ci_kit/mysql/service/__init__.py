"""The machine's own server, as its service manager runs it."""
