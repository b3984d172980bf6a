"""What sorts documents, made again: see README.md here."""
