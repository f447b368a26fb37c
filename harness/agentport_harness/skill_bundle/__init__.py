"""A bundle of skills as values: files, front matter, sentences, examples, and what ties them to the rules."""
