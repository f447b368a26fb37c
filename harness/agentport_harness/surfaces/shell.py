"""The ``ap`` command in a shell call: which commands a call holds, what they mean, what their answers mean."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agentport_harness.core.calls import (
    ApCommand,
    AuthStatus,
    Await,
    CallTool,
    Decide,
    Discover,
    Install,
    Meaning,
)
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.outcomes import Outcome
from agentport_harness.core.trace import ToolResult
from agentport_harness.surfaces.answers import APPROVAL_URL
from agentport_harness.surfaces.meta import INFO
from agentport_harness.surfaces.shell_words import simple_commands

SHELL_TOOLS = frozenset(
    {
        "bash", "shell", "exec_command", "run_shell_command", "local_shell", "local_shell_call", "execute_command",
        "run_terminal_cmd", "run_command", "terminal", "container.exec", "command_execution", "unified_exec",
    }
)  # fmt: skip
_WRAPPERS = frozenset({"sudo", "nohup", "time", "command", "exec", "env", "npx", "uvx", "timeout"})
_WITH_VALUE = frozenset({"-u", "-g", "-k", "-s", "-n", "--user", "--signal", "--kill-after"})
"""Options of wrappers that take a word of their own."""
_SHELLS = frozenset({"sh", "bash", "zsh", "dash"})
_PENDING = re.compile(r"Approval still pending:?\s*(https?://\S+)?", re.IGNORECASE)
_REQUIRED = re.compile(
    r"(?:Approval required:?\s*|\"approval_required\"[^{}]{0,500}?\"approval_url\"\s*:\s*\")(https?://[^\s\"]+)",
    re.IGNORECASE,
)
_SIGNED_OUT = re.compile(
    r"not (?:logged|signed) in|ap auth login|(?:login|session|token) (?:has )?expired|unauthenticated", re.IGNORECASE
)
_REDIRECTION = re.compile(r"^(?P<to>[\d&]?)(?:>>?&?|<{1,3})")
_MATTERS = re.compile(r"(?<![\w-])ap(?![\w-])|curl|wget|https?\b|/approve/")
_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command: its words, quotes removed."""

    words: tuple[str, ...]


def command_text(arguments: JSON) -> str:
    """The command line of a shell tool's arguments, empty when there is none."""
    given = as_object(arguments)
    for name in ("command", "cmd", "script", "input"):
        value = given.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Sequence):
            return shlex.join(as_text(word) for word in value)
    return arguments if isinstance(arguments, str) else ""


def may_concern_the_gateway(text: str) -> bool:
    """Whether a shell text can hold a command that matters: reading one word by word takes its time."""
    hinted = "ap" in text or "curl" in text or "wget" in text or "http" in text or "/approve/" in text
    return hinted and _MATTERS.search(text) is not None


def commands(text: str, depth: int = 0) -> Iterator[Command]:
    """The simple commands of a shell text in order, through ``sh -c``, wrappers and substitutions."""
    for words in simple_commands(text):
        bare = _unwrapped(words)
        if not bare:
            continue
        if bare[0].rpartition("/")[2] in _SHELLS and depth < _DEEPEST:
            flag = next((i for i, word in enumerate(bare) if re.fullmatch(r"-[a-z]*c", word)), None)
            if flag is not None and flag + 1 < len(bare):
                yield from commands(bare[flag + 1], depth + 1)
                continue
        yield Command(words=tuple(bare))
        if depth < _DEEPEST:
            for word in bare:
                for inner in re.findall(r"\$\(([^()]*)\)|`([^`]*)`", word):
                    yield from commands(inner[0] or inner[1], depth + 1)


def _unwrapped(words: list[str]) -> list[str]:
    """The words without assignments and wrappers in front, and what the wrappers were told."""
    index = 0
    while index < len(words):
        word = words[index]
        if word in _WRAPPERS:
            index += 1
            while index < len(words) and words[index].startswith("-"):
                index += 2 if words[index] in _WITH_VALUE else 1
            index += word == "timeout"  # how long
        elif re.match(r"^[A-Za-z_]\w*=", word):
            index += 1
        else:
            break
    return words[index:]


def is_ap(command: Command) -> bool:
    """Whether this is the AgentPort command line."""
    return command.words[0].rpartition("/")[2] == "ap"


def read_ap(command: Command) -> Meaning:
    """The meaning of one ``ap`` command. An output that goes to /dev/null is nobody's, so it counts as JSON."""
    words, options = _options(command.words[1:])
    if options.keys() & {"-h", "--help", "--version"}:
        return ApCommand(words=("help", *words[:2]))
    asked = options.get("-o", options.get("--output", options.get("--format", "")))
    json_output = asked == "json" or "--json" in options or options.get(">") == "/dev/null"
    area, verb = (*words, "", "")[:2]
    integration = options.get("--integration", words[2] if len(words) > 2 else "")
    match area, verb:
        case "tools", "call":
            arguments = parsed(options["--args"]) if "--args" in options else {}
            inside = as_object(arguments).get(INFO)
            return CallTool(
                surface="shell",
                integration=options.get("--integration", ""),
                tool=options.get("--tool", ""),
                arguments=arguments if arguments is not None else options["--args"],
                info=options.get("--info"),
                info_inside=None if inside is None else as_text(inside),
                waits="--wait" in options,
                json_output=json_output,
            )
        case "tools", "await-approval":
            by_url = "--approval-url" in options
            target = options.get("--approval-url" if by_url else "--request-id", "")
            return Await(surface="shell", request_id=target, by_url=by_url, json_output=json_output)
        case "tools", "list":
            return Discover(surface="shell", kind="tools", integration=integration, json_output=json_output)
        case "tools", "describe":
            return Discover(
                surface="shell",
                kind="describe",
                integration=integration,
                tool=options.get("--tool", words[3] if len(words) > 3 else ""),
                json_output=json_output,
            )
        case "integrations", "list":
            return Discover(
                surface="shell",
                kind="available" if "--available" in options else "installed",
                query=options.get("--query", ""),
                json_output=json_output,
            )
        case "integrations", "install" | "add":
            return Install(
                surface="shell",
                kind="install",
                integration=integration,
                auth_method=options.get("--auth-method", ""),
                token=options.get("--token", ""),
                json_output=json_output,
            )
        case "integrations", "uninstall" | "remove":
            return Install(surface="shell", kind="uninstall", integration=integration, json_output=json_output)
        case "integrations", "status" | "auth-status":
            return AuthStatus(surface="shell", integration=integration, json_output=json_output)
        case "approvals" | "tool-approvals", "approve" | "approve-once" | "allow-tool" | "deny" as how:
            return Decide(surface="shell", how=f"ap {area} {how}", request_id=words[2] if len(words) > 2 else "")
        case _:
            return ApCommand(words=tuple(words[:5]), json_output=json_output)


def _options(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Positional words, and options with their values; a flag without a value has an empty one."""
    flags = {
        "--wait",
        "--json",
        "--available",
        "--installed",
        "--help",
        "-h",
        "--version",
        "--verbose",
        "-v",
        "--yes",
        "-y",
        "--quiet",
        "-q",
        "--no-color",
    }
    positional: list[str] = []
    options: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if redirection := _REDIRECTION.match(word):  # its target may be a word of its own
            target = word[redirection.end() :]
            if not target and index < len(words):
                target, index = words[index], index + 1
            if redirection["to"] in ("", "1", "&"):
                options[">"] = target
            continue
        if not word.startswith("-") or word == "-":
            positional.append(word)
            continue
        name, equals, value = word.partition("=")
        if word.startswith("-o") and len(word) > 2:
            options["-o"] = word[2:].removeprefix("=")
        elif equals:
            options[name] = value
        elif name in flags or index >= len(words):
            options[name] = ""
        else:
            options[name] = words[index]
            index += 1
    return positional, options


def read_ap_answer(meaning: Meaning, result: ToolResult, occurrence: int) -> Outcome:
    """The outcome of an ``ap`` command; ``occurrence`` counts the gated calls of the same shell call from 0."""
    if result.fault:
        return Outcome(kind=result.fault)
    text = result.text
    failed = result.exit_code not in (0, None) or bool(result.is_error)
    if isinstance(meaning, CallTool):
        for kind, found in () if _ended_inside(meaning, result) else _announced(text):
            if len(found) > occurrence and found[occurrence]:
                return _pending(kind, found[occurrence])
        if result.exit_code == 2 and not any(found for _, found in _announced(text)) and (url := _approval_url(text)):
            return _pending("approval_required", url)
    if isinstance(meaning, Await):
        return _read_wait(meaning, result)
    if (failed and _signed_out(text)) or _says_signed_out(text):
        return Outcome(kind="not_logged_in")
    if failed or (isinstance(meaning, CallTool) and result.exit_code is None):
        return _refusal(text, failed=failed)
    return Outcome(kind="executed", authorization_url=_authorization(text))


def _ended_inside(meaning: CallTool, result: ToolResult) -> bool:
    """Whether the command waited by itself until the decision, so that the URL it printed is history."""
    return meaning.waits and result.exit_code in (0, 1) and sum(len(found) for _, found in _announced(result.text)) == 1


@lru_cache(maxsize=8)
def _announced(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The approval URLs that the output announces, by what it says of them. One output can answer many commands."""
    return (
        ("approval_required", tuple(_REQUIRED.findall(text))),
        ("still_pending", tuple(_PENDING.findall(text))),
    )


@lru_cache(maxsize=8)
def _signed_out(text: str) -> bool:
    return bool(_SIGNED_OUT.search(text))


def _read_wait(meaning: Await, result: ToolResult) -> Outcome:
    text = result.text
    request_id = meaning.request_id.rstrip("/").rpartition("/")[2]
    if result.exit_code == 0 or (result.exit_code is None and _says_approved(text)):
        return Outcome(kind="approved", request_id=request_id, retry_runs=True)
    if result.exit_code == 2 or _announced(text)[1][1]:
        return Outcome(kind="still_pending", request_id=request_id, approval_url=_approval_url(text))
    ended = _refusal(text, failed=True)
    return Outcome(kind=ended.kind, request_id=request_id)


@lru_cache(maxsize=8)
def _says_approved(text: str) -> bool:
    return bool(re.search(r"\bapproved\b", text))


@lru_cache(maxsize=8)
def _approval_url(text: str) -> str:
    link = APPROVAL_URL.search(text)
    return link.group(0) if link else ""


def _pending(kind: str, url: str) -> Outcome:
    link = APPROVAL_URL.search(url)
    whole = link.group(0) if link else url
    return Outcome(
        kind="approval_required" if kind == "approval_required" else "still_pending",
        approval_url=whole,
        request_id=link.group(1) if link else whole.rstrip("/").rpartition("/")[2],
        retry_runs=True,
    )


@lru_cache(maxsize=8)
def _refusal(text: str, *, failed: bool) -> Outcome:
    lowered = text.casefold()
    if _signed_out(text):
        return Outcome(kind="not_logged_in")
    if re.search(r"\bdenied by (?:the |a )?human\b|\brequest (?:was )?denied\b|\"denied\"|status: denied", lowered):
        return Outcome(kind="denied_by_human")
    if "blocked and cannot be executed" in lowered or re.search(r"\bdenied by policy\b|\bblocked\b", lowered):
        return Outcome(kind="denied_by_policy")
    if re.search(r"\bexpired\b", lowered) and failed:
        return Outcome(kind="expired")
    if re.search(r"\bconsumed\b", lowered) and failed:
        return Outcome(kind="consumed")
    if re.search(r"\bdenied\b", lowered) and failed:
        return Outcome(kind="denied_by_human")
    if "not found" in lowered and failed:
        return Outcome(kind="not_found")
    return Outcome(kind="failed" if failed else "executed")


@lru_cache(maxsize=8)
def _says_signed_out(text: str) -> bool:
    """Whether `ap auth status -o json` says no, with whatever exit code."""
    fields = as_object(parsed(text.strip())) if text.lstrip().startswith("{") else {}
    return any(fields.get(name) is False for name in ("logged_in", "authenticated", "loggedIn"))


@lru_cache(maxsize=8)
def _authorization(text: str) -> str:
    return as_text(as_object(parsed(text.strip())).get("authorization_url"))
