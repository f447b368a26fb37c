"""Makes edits of a configuration's text, and shows them; one that would change anything else is refused."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from agentport_harness.setups.edits import Edit, EditError, edited
from agentport_harness.setups.json_edit import edit_json
from agentport_harness.setups.json_source import json_source
from agentport_harness.setups.secrets import masked
from agentport_harness.setups.source import Dialect, FlawError, Source
from agentport_harness.setups.toml_edit import edit_toml
from agentport_harness.setups.toml_source import toml_source


def read_source(text: str, dialect: Dialect) -> Source:
    """The text as a value with lines."""
    return toml_source(text) if dialect == "toml" else json_source(text, dialect)


def mended(text: str, dialect: Dialect, edits: Iterable[Edit]) -> str:
    """The text after the edits. Raises `EditError` unless it then holds exactly what they say."""
    before = read_source(text, dialect)
    for edit in edits:
        if before.flaw is not None:
            raise EditError(f"line {before.flaw.line}: {before.flaw.message}")
        try:
            changed = edit_toml(text, edit) if dialect == "toml" else edit_json(text, edit)
        except FlawError as error:  # pragma: no cover - the same text was read just above
            raise EditError(error.flaw.message) from None
        after = read_source(changed, dialect)
        if after.flaw is not None or after.value != edited(before.value, (edit,)):
            raise EditError(f"{'.'.join(edit.key)} cannot be edited without changing more than that")
        text, before = changed, after
    return text


def difference(path: str, before: str, after: str, secrets: Iterable[str]) -> Iterator[str]:
    """The lines of a unified diff with every secret masked."""
    hidden = tuple(secrets)
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="", n=2):
        yield masked(line, hidden)
