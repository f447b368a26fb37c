"""One process for each SQLite file: a second one would take the first one's running calls for lost."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator


class CannotOwnError(Exception):
    """The file cannot be this process's own; the text says why."""


@contextlib.contextmanager
def owned(database_url: str) -> Iterator[None]:
    """The time during which this process owns the database. Raises CannotOwnError; PostgreSQL is shared."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        yield
        return
    # A file of its own: closing any descriptor of the database itself would drop SQLite's locks on it.
    try:
        descriptor = os.open(f"{url.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotOwnError(f"the database {url.database} cannot be used: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotOwnError(
                f"{url.database} is in use by another gateway: stop it, or choose another --database-url"
            ) from None
        yield
    finally:
        os.close(descriptor)
