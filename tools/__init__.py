"""Tools of development: none of them serves."""
