"""The values and laws of the harness: pure, standard library only."""
