"""Printed pages: values in, bytes out. Statements and letters as PDF, Word and public data."""
