"""Log lines: as text for people or as JSON for machines, and without secrets either way."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from agentport_gateway.settings import Settings

_SECRETS = re.compile(
    r"(?P<own>\baps?_)[A-Za-z0-9_-]{20,}"
    r"|(?P<sealed>\bgAAAAA)[A-Za-z0-9_=-]{20,}"
    r"|(?P<bearer>\b(?i:bearer|basic) )[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<url>://[^\s:/@]*:)[^\s/@]+(?=@)"
)
_MASK = "[masked]"


def masked(line: str) -> str:
    """The line without API keys, sign-ins, sealed credentials, authorization headers and passwords in URLs."""
    return _SECRETS.sub(lambda found: (found.group(found.lastgroup or 0)) + _MASK, line)


class TextLines(logging.Formatter):
    """One event for people: time, level, where, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The event as text."""
        return masked(super().format(record))


class JsonLines(logging.Formatter):
    """One event as one JSON object on one line; `facts` that came with it are fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The event as JSON."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            event["error"] = self.formatException(record.exc_info)
        return masked(json.dumps(event, ensure_ascii=False, default=str))


def configure(settings: Settings, *, quiet: bool, stream: TextIO | None = None) -> None:
    """Send the log to standard error. As JSON it has a line for each call and step; people are spared those."""
    as_json = settings.log_format == "json"
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if as_json else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("agentport_gateway").setLevel(logging.WARNING if quiet else logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.INFO if as_json and not quiet else logging.WARNING)
    logging.getLogger("agentport_gateway.work").setLevel(logging.INFO if as_json else logging.WARNING)
