"""What must never be printed of a configuration, and how it is masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.variables import ANY_VARIABLE

MASK = "\u2022\u2022\u2022\u2022"
"""What stands where a secret was."""
SHORTEST = 6
"""Characters below which a text is no secret."""
_HOLDS_SECRETS = re.compile(r"(?i)header|^env(?:ironment)?$|token|key|secret|password|auth|bearer|cookie|credential")
_SHAPES = re.compile(r"\bap_[A-Za-z0-9_-]{8,}|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)|(?i:(?<=bearer ))[^\s\"',;}]{8,}")
_NO_SECRET = re.compile(r"[A-Z][A-Z0-9_]*|true|false|https?://[^?@]*|Bearer")
_QUERY = re.compile(r"(?i)[?&][a-z_-]*(?:key|token|secret)[a-z_-]*=([^&#\s\"]+)")


def secret_texts(value: JSON) -> Iterator[str]:
    """Every text in a configuration that may be a secret, by the name that it stands under or by its shape."""
    waiting: list[tuple[JSON, bool]] = [(value, False)]
    while waiting:
        item, named = waiting.pop()
        if isinstance(item, str):
            yield from (found.group(1) for found in _QUERY.finditer(item))
            if named:
                yield from _pieces(item)
        elif isinstance(item, dict):
            waiting += ((held, named or bool(_HOLDS_SECRETS.search(name))) for name, held in item.items())
        elif isinstance(item, list):
            waiting += ((held, named) for held in item)


def _pieces(text: str) -> Iterator[str]:
    """The text without what is around a key: the word Bearer, and variables."""
    for piece in ANY_VARIABLE.sub(" ", text).split():
        if len(piece) >= SHORTEST and not _NO_SECRET.fullmatch(piece):
            yield piece


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret masked, and with whatever has the shape of one."""
    for secret in sorted((secret for secret in secrets if len(secret) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _SHAPES.sub(MASK, text)
