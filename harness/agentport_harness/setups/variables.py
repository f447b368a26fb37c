"""Variables of the environment inside a setting, as each client writes them."""

from __future__ import annotations

import re

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
BRACES = rf"\$\{{({NAME})(?::-[^}}]*)?\}}"
"""``${NAME}`` and ``${NAME:-default}``."""
DOLLAR = rf"\$\{{({NAME})(?::-[^}}]*)?\}}|\$({NAME})"
"""The same, and ``$NAME``."""
ENV_BRACES = rf"\$\{{env:({NAME})\}}"
"""``${env:NAME}``."""
PLAIN_BRACES = rf"\{{env:({NAME})\}}"
"""``{env:NAME}``."""
PROMPT = r"\$\{input:([^}]*)\}"
"""``${input:id}``, asked for by the client."""
FROM_FILE = r"\{file:[^}]*\}"
"""``{file:path}``, read by the client."""
ANY_VARIABLE = re.compile(
    rf"\$\{{(?:env:)?({NAME})(?::-[^}}]*)?\}}|(?<!\$)\{{env:({NAME})\}}|\$env:({NAME})|\$({NAME})|%({NAME})%"
    rf"|\$\{{input:[^}}]*\}}|\{{file:[^}}]*\}}|\$\{{[a-zA-Z]+(?::[^}}]*)?\}}"
)
"""A variable as any client or shell writes one; the groups hold the name where there is one."""


def names_in(text: str, syntax: str) -> tuple[str, ...]:
    """The variables that a client with this syntax finds in the text."""
    if not syntax:
        return ()
    return tuple(next(filter(None, found.groups())) for found in re.finditer(syntax, text))


def foreign(text: str, syntax: str, by_itself: str) -> tuple[str, ...]:
    """What looks like a variable in the text, and is none to a client with this syntax: the name of each, or empty."""
    for known in filter(None, (syntax, by_itself)):
        text = re.sub(known, "", text)
    return tuple(next(filter(None, found.groups()), "") for found in ANY_VARIABLE.finditer(text))


NAME_ALONE = re.compile(NAME)
"""A variable's name and nothing else."""
