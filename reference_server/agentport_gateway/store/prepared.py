"""Statements of the hot path: compiled once, run by the database's driver.

SQLAlchemy's own way from a statement to rows takes several times what SQLite takes to run it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.engine import Connection, Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """SQL text in a driver's own style, and what turns values into the driver's and back."""

    sql: str
    names: tuple[str, ...]
    positional: bool
    constants: Mapping[str, Any]
    given: tuple[tuple[str, Callable[[Any], Any]], ...]
    returned: tuple[Callable[[Any], Any] | None, ...]


_prepared: dict[tuple[Any, str], _Prepared] = {}


def run(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement returns, each in the order of its columns.

    The statement is kept for good: it must be one that is built once. Raises SQLAlchemy's errors.
    """
    prepared = _prepared.get((statement, connection.dialect.name))
    if prepared is None:
        prepared = _prepare(statement, connection.dialect)
        _prepared[statement, connection.dialect.name] = prepared
    given = {**prepared.constants, **values}
    for name, convert in prepared.given:
        given[name] = convert(given[name])
    cursor = connection.connection.cursor()
    try:
        if prepared.positional:
            cursor.execute(prepared.sql, [given[name] for name in prepared.names])
        else:
            cursor.execute(prepared.sql, given)
        rows = cursor.fetchall() if prepared.returned else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            prepared.sql, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from error
    finally:
        cursor.close()
    returned = prepared.returned
    return [
        tuple(value if convert is None else convert(value) for value, convert in zip(row, returned, strict=True))
        for row in rows
    ]


def _prepare(statement: Any, dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect)
    given: dict[str, Callable[[Any], Any]] = {}
    constants: dict[str, Any] = {}
    for bound, name in compiled.bind_names.items():
        convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
        if not bound.required:
            constants[name] = convert(bound.value) if convert else bound.value
        elif convert:
            given[name] = convert
    return _Prepared(
        sql=str(compiled),
        names=tuple(compiled.positiontup or ()),
        positional=bool(compiled.positional),
        constants=constants,
        given=tuple(given.items()),
        returned=tuple(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns
        ),
    )
