"""What is kept of the output of a tool that has nothing to do with the gateway: its beginning, links, ids and digest.

No rule reads more of it, and it is most of what recordings hold. The digest is SHA-256 of the whole text in UTF-8, so
the output can be known again at its place in the recording.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from agentport_harness.core.json_values import JSON, strings_in
from agentport_harness.core.trace import ToolCall

LONG = 4_096
"""Characters from which on an output is shortened."""
_KEPT = 600
MOST_FOUND = 100
"""Links and ids that are kept of one output."""

_CONCERN = ("agentport", "AgentPort", "AGENTPORT", "pprov", "/api/tool", "/api/install", "/api/integration")
_SERVER = re.compile(r"\Amcp__.+?__")
_AP = re.compile(r"(?<![\w-])ap(?![\w-])")
"""What a call holds that may be of the gateway, by any of its surfaces: these, and the command ``ap``."""
_GATEWAY = ("pprov", "gentport", "gentPort")
_ID = re.compile(r"-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-")
_FOUND = re.compile(
    r"https?://[!#-;=?-\[\]^-~]{1,500}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)


def may_concern(text: str) -> bool:
    """Whether what a call carries may have to do with the gateway."""
    for word in _CONCERN:
        if word in text:
            return True
    return names_ap(text)


def names_ap(text: str) -> bool:
    """Whether the command ``ap`` is a word of a text."""
    return "ap" in text and _AP.search(text) is not None


def is_foreign(call: ToolCall) -> bool:
    """Whether a call is of none of the gateway's tools, and carries nothing that may have to do with the gateway.

    The gateway's own tools and those that it passes on have two underscores in their names, after the server's.
    """
    if "__" in _SERVER.sub("", call.tool):
        return False
    return not any(may_concern(text) for text in (call.tool, *strings_in(call.arguments)))


def brief(text: str, structured: JSON) -> tuple[str, JSON]:
    """The text and the structured form of an output, shortened; of a long one only the text is kept."""
    written = "" if structured is None else json.dumps(structured, ensure_ascii=False)
    if max(len(text), len(written)) <= LONG:
        return text, structured
    kept = shortened(text or written)
    return (kept, None) if kept != (text or written) else (text, structured)


def shortened(text: str, longer_than: int = LONG) -> str:
    """The beginning of an output, its size and digest, and the links and ids of the rest; whole where it is short.

    An output that speaks of the gateway stays whole.
    """
    if len(text) <= longer_than or any(word in text for word in _GATEWAY):
        return text
    cut = text.rfind("\n", _KEPT // 2, _KEPT) + 1 or _KEPT
    told = text[:cut] + mark(text)
    if "://" not in text and not _ID.search(text):
        return told
    found = list(dict.fromkeys(_FOUND.findall(text, cut)))[:MOST_FOUND]
    return "\n".join([told, *found])


def mark(text: str) -> str:
    """What stands for the rest of an output: how long the whole is, and its digest."""
    whole = text.encode("utf-8", "surrogatepass")
    return f"\u2026 ({len(whole)} bytes in all, sha256 {sha256(whole).hexdigest()})"
