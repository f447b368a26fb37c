"""One agent rule per file; the file's name is the slug."""
