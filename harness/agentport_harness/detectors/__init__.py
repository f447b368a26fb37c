"""Pure detectors that stand on other people's libraries, imported when first needed: text in, findings out."""
