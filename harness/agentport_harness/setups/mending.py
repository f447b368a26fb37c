"""Makes edits of a configuration's text, and shows them; one that would change anything else is refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from agentport_harness.core.json_values import JSON, parsed
from agentport_harness.setups.edits import Edit, EditError, edited
from agentport_harness.setups.json_edit import edit_json
from agentport_harness.setups.json_source import json_source
from agentport_harness.setups.secrets import masked
from agentport_harness.setups.source import Dialect, FlawError, Source
from agentport_harness.setups.toml_edit import edit_toml
from agentport_harness.setups.toml_source import toml_source

CONTEXT = 2
"""Lines around a change that a diff shows."""
_HUNK = re.compile(r"((?:^@@ -|(?<=\d) \+))(\d+)(?=(?:,\d+)? (?:\+\d|@@))")


def read_source(text: str, dialect: Dialect) -> Source:
    """The text as a value with lines."""
    return toml_source(text) if dialect == "toml" else json_source(text, dialect)


def mended(text: str, dialect: Dialect, edits: Iterable[Edit]) -> str:
    """The text after the edits. Raises `EditError` unless it then holds exactly what they say."""
    made = tuple(edits)
    if not made:
        return text
    wanted = edited(_value(text, dialect), made)
    for edit in made:
        try:
            text = edit_toml(text, edit) if dialect == "toml" else edit_json(text, edit)
        except FlawError as error:  # pragma: no cover - the text was read just above
            raise EditError(error.flaw.message) from None
    if _value(text, dialect) != wanted:
        raise EditError(f"{'.'.join(made[-1].key)} cannot be edited without changing more than that")
    return text


def _value(text: str, dialect: Dialect) -> JSON:
    """The value of a text, without its lines. Raises `EditError` for one that cannot be read."""
    if dialect == "json" and (value := parsed(text)) is not None:
        return value
    source = read_source(text, dialect)
    if source.flaw is not None:
        raise EditError(f"line {source.flaw.line}: {source.flaw.message}")
    return source.value


def difference(path: str, before: str, after: str, secrets: Iterable[str]) -> Iterator[str]:
    """The lines of a unified diff with every secret masked."""
    hidden = tuple(secrets)
    old, new = before.splitlines(), after.splitlines()
    first = _alike(old, new)
    last = min(_alike(old[::-1], new[::-1]), len(old) - first, len(new) - first)
    # only what differs is compared, since comparing takes its time on a long file
    start, left = max(0, first - CONTEXT), max(0, last - CONTEXT)
    old, new = (lines[start : len(lines) - left] for lines in (old, new))
    for line in difflib.unified_diff(old, new, path, path, lineterm="", n=CONTEXT):
        yield masked(_HUNK.sub(lambda found: f"{found[1]}{int(found[2]) + start}", line), hidden)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines the two begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (line, same) in pairs if line != same), min(len(one), len(other)))
