"""From the bytes of a document to its pages: words, where each stands, and how well it was read.

Pure: bytes in, values out. Nothing here knows a row, a centre or a screen.
"""
