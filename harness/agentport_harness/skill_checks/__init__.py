"""One check of a skill bundle per file; its function's name is the slug."""
