"""Where documents lie: sealed under keys of their own, in a folder or an S3-compatible store.

`keyring` holds the keys that wrap each document's own; `sealing` seals and opens; `store` keeps
bytes under a path that we made.
"""
