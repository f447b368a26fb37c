"""Faults at their place in a client's files, and the settings that cures write."""

from __future__ import annotations

from collections.abc import Iterable

from agentport_harness.core.inspection import Fault
from agentport_harness.setups.check import Cure, Ill
from agentport_harness.setups.edits import Edit
from agentport_harness.setups.setup import KEY_VARIABLE, Part, Setup
from agentport_harness.setups.source import Key


def fault_at(part: Part, rest: Iterable[str], message: str, *, expected: str, evidence: str = "") -> Fault:
    """A fault of what stands below a server's table; the table's own line where ``rest`` is empty."""
    key = (*part.key, *rest)
    return Fault(path=part.file.path, line=part.file.line(key), message=message, expected=expected, evidence=evidence)


def ill(fault: Fault, part: Part, *edits: Edit) -> Ill:
    """The fault with the edits that mend it, in the file of the part."""
    return Ill(fault=fault, cure=Cure(file=part.file, edits=edits))


def key_line(setup: Setup, variable: str = KEY_VARIABLE) -> str:
    """The setting with which this client sends the key, as it is written."""
    where = setup.client.credentials
    if where.variables:
        return f'{where.variables} = {{ "X-API-Key" = "{variable}" }}'
    return f'"{where.headers}": {{ "X-API-Key": "{where.form.format(name=variable)}" }}'


def key_edit(setup: Setup, table: Key, variable: str = KEY_VARIABLE) -> tuple[Key, str]:
    """Where this client's setting for the key belongs in a server's table, and its value."""
    where = setup.client.credentials
    if where.variables:
        return (*table, where.variables, "X-API-Key"), variable
    return (*table, where.headers, "X-API-Key"), where.form.format(name=variable)
