"""One report format per file, each a pure function from a run to a text; CLI and pytest plugin share them."""
