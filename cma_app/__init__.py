"""The case management app: everything that is neither a screen nor a table."""
