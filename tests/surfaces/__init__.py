"""Tests of the readings of every surface."""
