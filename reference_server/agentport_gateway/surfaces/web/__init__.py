"""The pages for people: rendered here, usable without scripts, with nothing fetched from elsewhere."""
