"""A model on loopback that plays a transcript's agent side, in the wire formats that agent clients speak."""
