"""Wiring: plays transcripts, judges what happened, and reports; the CLI and the pytest plugin share it."""
