"""One agent client per file: where its configuration lies and what it reads there, with the version tried."""
