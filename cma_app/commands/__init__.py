"""What `cma` can do, one file for each kind of work; the words are in `cma_app.cli`."""
