"""The agent clients that can be driven, one a file."""
