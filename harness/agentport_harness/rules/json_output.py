from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from agentport_harness.core.calls import ApCommand, AuthStatus, Await, CallTool, Discover, Install
from agentport_harness.core.json_values import JSON, strings_in
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import ToolCall, Trace

_NOT_READ = frozenset(
    {"", "help", "version", "login", "logout", "completion", "completions", "config", "update", "upgrade"}
)
_FOR_THIS_CALL = re.compile(r"\b(?:AP|AGENTPORT)_(?:\w+_)?(?:OUTPUT|FORMAT)\w*=[\"']?json\b")
_EXPORTED = re.compile(rf"\bexport\s+{_FOR_THIS_CALL.pattern}")
_FLAG = re.compile(r"\s+(?:-o[ =]?|--output[ =])json\b")


@rule(
    "AP401",
    level="MUST",
    why="The layout for people changes between versions and cuts long values: an id or a URL is read wrong, or not "
    "at all.",
    mend="Add `-o json` to every `ap` command whose output you read, or set it once: `ap config set output json`.",
    passes="ap integrations list --installed -o json",
    fails="ap integrations list --installed",
    needs=("arguments",),
)
def json_output(session: Session) -> Iterator[Observation]:
    """Every `ap` command whose output is read has `-o json`, or the persisted default is json.

    `-ojson`, `--output json` and `--output=json` are the same. The default counts as persisted from where this session
    shows it: `ap config set … json`, `AP_OUTPUT=json` before the command or exported; an output that merely looks like
    JSON proves nothing. Output that goes to /dev/null is not read, and help, version, login, logout and configuration
    are for people. Piping into a JSON tool does not replace the flag.
    """
    persisted = False
    for action in session.actions:
        match action.meaning:
            case ApCommand(words=words) if _is_for_people(words):
                persisted = persisted or _makes_json_the_default(words)
                continue
            case CallTool(surface="shell") | Await(surface="shell") | Discover(surface="shell") as meaning:
                pass
            case Install(surface="shell") | AuthStatus(surface="shell") | ApCommand() as meaning:
                pass
            case _:
                continue
        command = _command(action.call.arguments)
        persisted = persisted or bool(_EXPORTED.search(command))
        if meaning.json_output or persisted or _FOR_THIS_CALL.search(command):
            yield Kept(at=action.seq)
        else:
            yield Broken(
                at=action.seq,
                message="an ap command is read without -o json",
                evidence=command,
                expected="-o json on this command",
            )


def _is_for_people(words: tuple[str, ...]) -> bool:
    return not words or words[0] in _NOT_READ or words[1:2] in (("login",), ("logout",))


def _makes_json_the_default(words: tuple[str, ...]) -> bool:
    """Whether this is `ap config set output json`, however the setting is called."""
    set_to_json = words[0] == "config" and words[-1].rpartition("=")[2] == "json"
    return set_to_json and any("output" in word or "format" in word for word in words)


def _command(arguments: JSON) -> str:
    """The command line, as far as it is needed here."""
    return " ".join(strings_in(arguments))[:2_000]


@json_output.mutation
def leave_the_json_flag_out(session: Session) -> Iterable[Trace]:
    """Each command once without the flag."""
    for seq, event in enumerate(session.trace.events):
        if isinstance(event, ToolCall) and isinstance(event.arguments, dict):
            for name, value in event.arguments.items():
                if isinstance(value, str) and _FLAG.search(value):
                    changed = replace(event, arguments={**event.arguments, name: _FLAG.sub("", value, count=1)})
                    yield replace(
                        session.trace, events=(*session.trace.events[:seq], changed, *session.trace.events[seq + 1 :])
                    )
