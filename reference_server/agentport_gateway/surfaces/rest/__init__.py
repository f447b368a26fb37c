"""The REST surface, for people and for the command line: FastAPI, for its OpenAPI document."""
