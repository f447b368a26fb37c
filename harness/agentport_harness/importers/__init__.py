"""Recording formats: pure readings from a client's records to traces, one format per file."""
