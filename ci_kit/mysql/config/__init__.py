"""The options of a server, and its errors about them."""
