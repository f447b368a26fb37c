"""One check of a client's set-up per file, found by its place in this folder."""
