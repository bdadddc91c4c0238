"""The server that the machine's service manager runs."""
