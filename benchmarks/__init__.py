"""Measurements of the gateway against the bare SDK in the same run."""
