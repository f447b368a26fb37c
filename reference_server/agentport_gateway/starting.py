"""What may keep a gateway from starting, each said in one line that tells what to do."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from agentport_gateway.store.groups import StoreUnavailableError
from agentport_gateway.store.migrate import TooNewError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine


class CannotStartError(Exception):
    """The gateway cannot serve like this; the text says why."""


@contextlib.contextmanager
def opening(engine: Engine) -> Iterator[None]:
    """The first use of the database: what it does not let happen is told as CannotStartError."""
    try:
        yield
    except (SQLAlchemyError, StoreUnavailableError) as error:
        where = engine.url.render_as_string(hide_password=True)
        raise CannotStartError(f"the database {where} cannot be used: {_reason(error)}") from error
    except TooNewError as error:
        raise CannotStartError(str(error)) from error


def _reason(error: BaseException) -> str:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return " ".join(str(error.orig).split())
    if isinstance(error.__cause__, SQLAlchemyError):
        return _reason(error.__cause__)
    return str(error)
