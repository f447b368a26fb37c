"""Findings as a Parquet file, one row each, for engines that query what a fleet of agents did."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from agentport_harness.core.errors import InputError
from agentport_harness.core.report import SessionReport

_ROWS = 10_000


class FindingsFile:
    """Takes reports; their findings are written as row groups fill."""

    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer, self._schema = writer, schema
        self._rows: list[dict[str, object]] = []

    def add(self, report: SessionReport) -> None:
        """Write the findings of a session, and of a source that could not be judged a row that says so."""
        self._rows += _rows(report)
        if len(self._rows) >= _ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if self._rows:
            self._writer.write_table(import_module("pyarrow").Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


@contextmanager
def findings_file(path: Path) -> Iterator[FindingsFile]:
    """A file of findings that takes its place when all are written. Raises `InputError` where it cannot be."""
    try:
        pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise InputError(
            "no-pyarrow", "pyarrow is not installed", hint="pip install 'agentport-conformance[fleet]'"
        ) from None
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("source", "session_id", "input_format")),
            ("began", pa.timestamp("ms", tz="UTC")),
            *((name, pa.string()) for name in ("rule", "slug", "level", "status", "message", "evidence", "expected")),
            ("turn", pa.int32()), ("event", pa.int32()),
            ("path", pa.string()), ("line", pa.int64()), ("pointer", pa.string()),
            ("fingerprint", pa.string()), ("baselined", pa.bool_()),
        ]
    )  # fmt: skip
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
                file = FindingsFile(writer, schema)
                yield file
                file.flush()
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=str(path)) from None


def _rows(report: SessionReport) -> Iterator[dict[str, object]]:
    about: dict[str, object] = {
        "source": report.source,
        "session_id": report.session_id,
        "input_format": report.input_format,
        "began": _moment(report.began),
    }
    if report.problem is not None:
        yield about | {"status": "error", "message": report.problem.message, "path": report.problem.at}
    for verdict in report.verdicts:
        said = {"rule": verdict.rule, "slug": verdict.slug, "level": verdict.level, "status": verdict.status}
        if verdict.status == "error":
            yield about | said | {"message": verdict.reason}
        for finding in verdict.findings:
            texts = {name: _text(getattr(finding, name)) for name in ("message", "evidence", "expected")}
            place = {"path": finding.place.path, "line": finding.place.line, "pointer": finding.place.pointer}
            yield about | said | texts | place | {
                "turn": finding.turn, "event": finding.event, "fingerprint": finding.fingerprint,
                "baselined": finding.baselined,
            }  # fmt: skip


def _text(text: str) -> str:
    """The text without halves of surrogate pairs, which the format cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _moment(seconds: float | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None  # a clock that is out of all bounds says nothing
