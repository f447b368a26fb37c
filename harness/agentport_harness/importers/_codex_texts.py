"""What Codex wraps around texts: headers on outputs, context injected as user messages, serialised results."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.light import light
from agentport_harness.core.trace import Fault
from agentport_harness.importers._content import flag, items, text_of, whole

_HEADER = re.compile(
    r"\A(?:(?:Chunk ID|Wall time|Process exited with code|Process running with session ID|Exit code"
    r"|Original token count|Total output lines|Script (?:completed|failed|running|terminated))\b[^\n]{0,200}\n)+"
    r"Output:[ \t]*\n{0,2}"
)
_EXIT_CODE = re.compile(r"^(?:Process exited with code|Exit code:?) (-?\d{1,10})", re.MULTILINE)
_RUNNING = re.compile(r"^Process running with session ID (\S+)", re.MULTILINE)
_REFUSALS = (
    "tool call error:",
    "tool call failed",
    "err:",
    "user cancelled MCP tool call",
    "user rejected MCP tool call",
    "MCP tool call requires approval",
)
"""How Codex's own refusals and failures begin, where it wrote them as the tool's output."""
_WRAPPED = 1_000
"""Characters in which it shows whether an output is a JSON object of old versions, behind a header or not."""
_NEVER_SENT = "unsupported call:"

_INJECTED = re.compile(
    r"\A\s*(?:<(?:environment_context|user_instructions|permissions|skills?|skills_instructions|turn_aborted"
    r"|user_shell_command|subagent_notification|INSTRUCTIONS|collaboration_mode|personality_spec|model_switch"
    r"|goal_context|hook_prompt|recommended_plugins|plugins_instructions|apps_instructions)\b"
    r"|# AGENTS\.md instructions\b|Warning: The maximum number of unified exec processes)"
)


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The output of a call without its wrapping. ``running`` names the process that goes on, empty when none does."""

    text: str
    structured: JSON = None
    is_error: bool | None = None
    exit_code: int | None = None
    running: str = ""
    fault: Fault = ""


def injected(text: str, kinds: JSON) -> bool:
    """Whether a user-role message is the client's own; ``kinds`` are the message's kinds where it records them."""
    named = [as_text(kind) for kind in items(kinds)]
    if any(named):
        return not any(kind.startswith("user.") for kind in named)
    return bool(_INJECTED.match(text))


def output_of(value: JSON, *, mcp: bool) -> Output:
    """The output that a ``…_output`` record holds; ``mcp`` says that an MCP call made it."""
    if isinstance(value, str) and not mcp and '{"output"' not in value[:_WRAPPED]:
        return _printed(value)
    fields = as_object(value)
    succeeded = flag(fields.get("success"))
    text = text_of(fields.get("content", value))
    header = _HEADER.match(text)
    bare = text[header.end() :] if header else text
    if mcp:
        return _mcp_output(bare, succeeded)
    old = as_object(parsed(bare)) if bare.startswith('{"output"') else {}
    if isinstance(old.get("output"), str):
        exit_code = whole(as_object(old.get("metadata")).get("exit_code"))
        return Output(text=as_text(old.get("output")), exit_code=exit_code)
    return _printed(text, None if succeeded is None else not succeeded)


def _printed(text: str, is_error: bool | None = None) -> Output:
    """What a command printed, below what Codex says of it."""
    header = _HEADER.match(text)
    if header is None:
        return Output(text=text, is_error=is_error)
    head = header.group()
    code = _EXIT_CODE.search(head) if "xit" in head else None
    running = _RUNNING.search(head) if "running" in head else None
    return Output(
        text=text[header.end() :],
        is_error=is_error,
        exit_code=int(code[1]) if code else None,
        running=running[1] if running else "",
    )


def _mcp_output(text: str, succeeded: bool | None) -> Output:
    if text.startswith(_NEVER_SENT):
        return Output(text=text, is_error=True, fault="client_refused")
    failed = True if text.startswith(_REFUSALS) else None if succeeded is None else not succeeded
    serialised = parsed(text) if text.startswith(("[{", "{")) else None
    blocks = items(serialised)
    if blocks and all("type" in as_object(block) for block in blocks):
        return Output(text=text_of(blocks), is_error=failed)
    fields = as_object(serialised)
    if isinstance(fields.get("content"), list):
        flagged = flag(fields.get("isError", fields.get("is_error")))
        return Output(
            text=text_of(fields["content"]),
            structured=fields.get("structuredContent", fields.get("structured_content")),
            is_error=failed if flagged is None else flagged,
        )
    return Output(text=text, is_error=failed)
