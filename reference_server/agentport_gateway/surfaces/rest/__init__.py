"""The REST surface: for people, for their pages, and for the command line. FastAPI, for its OpenAPI document."""
