"""Whether this run looks at everything: set from `--deep` before the first test."""

deep = False
