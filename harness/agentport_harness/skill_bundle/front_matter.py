"""The YAML block above a skill's body, read with the line of every field."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON
from agentport_harness.skill_bundle.bundle import FrontMatter, TextFault
from agentport_harness.yaml_source import read_yaml

_FENCE = "---"
_LINE = re.compile(r":(\d+)$")
_COLON = "mapping values are not allowed here"


def read_front_matter(text: str) -> FrontMatter | TextFault:
    """The fields and their lines in the file, or why they cannot be read."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        return TextFault(line=1, message="does not start with front matter", expected="a line with --- first of all")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        return TextFault(line=1, message="the front matter is never closed", expected="a second line with ---")
    try:
        source = read_yaml("\n".join(lines[1:end]), "")
    except InputError as error:
        return _fault(error)
    if not isinstance(source.value, Mapping):
        return TextFault(line=2, message="the front matter holds no fields", expected="lines like `name: …`")
    fields: Mapping[str, JSON] = source.value
    return FrontMatter(fields=fields, lines={at: line + 1 for at, line in source.lines.items()})


def _fault(error: InputError) -> TextFault:
    found = _LINE.search(error.at)
    colon = _COLON in error.message
    return TextFault(
        line=int(found[1]) + 1 if found else 2,
        message=f"the front matter is {error.message}" if error.slug == "bad-yaml" else error.message,
        expected="quotation marks around a value that holds a colon" if colon else "YAML that strict parsers read too",
    )
