"""The wire formats of model providers, one a file."""
