"""An application with a database."""
