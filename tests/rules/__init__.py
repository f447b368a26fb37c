"""Tests of the rules: labelled cases, generated sessions, mutants, hostile traces."""
