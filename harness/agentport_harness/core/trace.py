"""A trace: what was said, called and answered in one session, in order, whoever recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.core.light import light

Lack: TypeAlias = Literal[
    "assistant_text",  # what the agent said to the human is not recorded
    "human_turns",  # human messages are not recorded, so turns cannot be told apart
    "error_flag",  # a failed call looks like any other
    "results",  # what the calls answered is not recorded
    "arguments",  # what the calls carried is not recorded
    "order_in_step",  # text and calls of one step have no order
    "history",  # the recording starts in the middle of a longer conversation
    "open_end",  # the format cannot show that a session was cut off
]
"""What a recording cannot show. A rule that needs it reports *not testable*, never a pass."""

Fault: TypeAlias = Literal["", "client_timeout", "client_refused", "transport", "cancelled"]
"""Why a call has no answer of the gateway's own: the client gave up, refused it, lost the line, or was stopped."""


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event stands in its source: ``line`` counts from 1, ``pointer`` is a JSON pointer within the line."""

    path: str = ""
    line: int | None = None
    pointer: str = ""


_NOWHERE = Place()


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class HumanMessage:
    """The human wrote to the agent; this opens a turn."""

    text: str
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMessage:
    """The agent wrote text; the human sees it unless a sub-agent (``actor`` not empty) wrote it.

    ``step`` numbers the model's answers: text and calls of one answer share it.
    """

    text: str
    step: int
    actor: str = ""
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The agent called a tool, named as the client recorded it; ``server`` is empty where that is not recorded.

    ``arguments`` is the parsed object; a text that could not be parsed is kept as a string.
    """

    call_id: str
    tool: str
    arguments: JSON
    step: int
    server: str = ""
    actor: str = ""
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What came back for a call: its text blocks joined by newlines, and the structured result where there is one.

    ``is_error`` is None where the format has no flag. ``exit_code`` is set for commands, ``status`` for HTTP.
    """

    call_id: str
    text: str
    structured: JSON = None
    is_error: bool | None = None
    exit_code: int | None = None
    status: int | None = None
    fault: Fault = ""
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPrompt:
    """The client itself showed a URL to the human (URL-mode elicitation, or a prompt of its own)."""

    url: str
    message: str = ""
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A human decided an approval request; only live traces hold it."""

    request_id: str
    decision: Literal["approve_once", "allow_tool", "deny"]
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamCall:
    """A call reached the upstream; only live traces hold it."""

    integration: str
    tool: str
    arguments: JSON
    time: float | None = None
    place: Place = _NOWHERE


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnd:
    """The client's own record that the agent had finished its turn."""

    time: float | None = None
    place: Place = _NOWHERE


Event: TypeAlias = HumanMessage | AgentMessage | ToolCall | ToolResult | UrlPrompt | Decision | UpstreamCall | TurnEnd


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One session. An event's number is its index in ``events``; ``lacks`` names what the recording cannot show.

    ``gateway_servers`` are server names known by configuration to be the gateway, ``known_tools`` the tool names
    that the client listed. ``warnings`` say what the importer met and could not use. Where ``glanced``, calls that
    cannot concern the gateway were left out, to see whether it was used at all.
    """

    events: tuple[Event, ...]
    source: str = ""
    input_format: str = ""
    session_id: str = ""
    lacks: frozenset[Lack] = frozenset()
    gateway_servers: frozenset[str] = frozenset()
    known_tools: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    glanced: bool = False
