"""How agent clients are set up: their configuration as values with lines, edits of it, and what is wrong with it."""
