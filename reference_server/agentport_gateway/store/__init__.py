"""What is kept: SQLAlchemy Core tables, one writer, and statements that are each atomic."""
