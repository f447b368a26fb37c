"""Reads scripted transcripts: YAML to the values of `core.transcript`, every fault with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agentport_harness.core.errors import InputError
from agentport_harness.core.transcript import (
    Act,
    Expectation,
    HumanAct,
    Integration,
    Say,
    ScriptedTool,
    Step,
    Together,
    Transcript,
    TurnScript,
    UpstreamCheck,
)
from agentport_harness.schema_check import check
from agentport_harness.yaml_source import LARGEST, read_yaml

ENDING = ".transcript.yaml"
_ACTIONS = ("call", "await", "tool", "shell", "rest")
_BESIDE: Mapping[str, frozenset[str]] = {
    "call": frozenset({"say", "with", "info", "as", "human", "expect"}),
    "await": frozenset({"say", "repeat", "as", "human", "expect"}),
    "tool": frozenset({"say", "arguments", "as", "human", "expect"}),
    "shell": frozenset({"say", "as", "human", "expect"}),
    "rest": frozenset({"say", "as", "human", "expect"}),
    "together": frozenset(),
    "human": frozenset(),
    "upstream": frozenset(),
    "say": frozenset(),
}


def transcript_paths(paths: Sequence[str]) -> Iterator[Path]:
    """The transcript files that ``paths`` name: files as they are, folders searched. Raises `InputError`."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            found = sorted(path.rglob(f"*{ENDING}"))
            if not found:
                raise InputError("no-transcripts", f"no *{ENDING} below this folder", at=name)
            yield from found
        elif path.is_file():
            yield path
        else:
            raise InputError("no-such-file", "no such file or folder", at=name)


def load_transcript(path: Path) -> Transcript:
    """The transcript at ``path``. Raises `InputError` with file, line and JSON path."""
    name = str(path)
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("too-large", f"larger than {LARGEST // 1024 // 1024} MiB", at=name)
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("not-text", "not UTF-8 text", at=name) from None
    except OSError as error:
        raise InputError("unreadable", error.strerror or str(error), at=name) from None
    source = read_yaml(text, name)
    check(source.value, "transcript.v1", path=name, lines=source.lines)
    document: Any = source.value
    return _Reading(name, source.lines).transcript(document)


class _Reading:
    """A validated document on its way to values; what the schema cannot say is checked here."""

    def __init__(self, path: str, lines: Mapping[str, int]) -> None:
        self.path, self.lines = path, lines
        self.tools: set[str] = set()

    def transcript(self, document: Any) -> Transcript:
        signed_in_to: Sequence[str] = document.get("sign_in", ())
        for index, name in enumerate(signed_in_to):
            if name not in document["integrations"]:
                names = ", ".join(sorted(document["integrations"]))
                raise self.wrong(f"Expected one of {names}, got {name!r}", f"$.sign_in[{index}]")
        integrations = tuple(
            Integration(
                name=name,
                tools=tuple(_tool(tool, given) for tool, given in tools.items()),
                sign_in=name in signed_in_to,
            )
            for name, tools in document["integrations"].items()
        )
        self.tools = {f"{one.name}/{tool.name}" for one in integrations for tool in one.tools}
        turns = [
            TurnScript(
                human=turn["human"],
                steps=tuple(
                    step
                    for index, given in enumerate(turn["agent"])
                    for step in self.steps(given, f"$.turns[{number}].agent[{index}]")
                ),
            )
            for number, turn in enumerate(document["turns"])
        ]
        if "upstream" in document:
            last = turns[-1]
            turns[-1] = TurnScript(
                human=last.human, steps=(*last.steps, *self.upstream(document["upstream"], "$.upstream"))
            )
        verdict = document["verdict"]
        return Transcript(
            path=self.path,
            title=document["title"],
            about=document.get("about", ""),
            integrations=integrations,
            turns=tuple(turns),
            verdict=frozenset() if verdict == "conforms" else frozenset(verdict),
            approval_expiry=document.get("approval_expiry_seconds"),
            cut_off=document.get("cut_off", False),
            lines=self.lines,
        )

    def steps(self, given: Any, at: str) -> Iterator[Step]:
        kind = next((name for name in (*_ACTIONS, "together", "human", "upstream", "say") if name in given), None)
        if kind is None:
            raise self.wrong(f"Expected one of say, together, human, upstream, {', '.join(_ACTIONS)}", at)
        for name in given:
            if name != kind and name not in _BESIDE[kind]:
                beside = f"{', '.join(sorted(_BESIDE[kind]))} beside {kind!r}" if _BESIDE[kind] else f"{kind!r} alone"
                raise self.wrong(f"Expected {beside}, got {name!r}", f"{at}.{name}")
        if kind == "human":
            yield self.human(given["human"], f"{at}.human")
        elif kind == "upstream":
            yield from self.upstream(given["upstream"], f"{at}.upstream")
        elif kind == "together":
            parts: list[Say | Act] = []
            for index, part in enumerate(given["together"]):
                for step in self.steps(part, f"{at}.together[{index}]"):
                    if not isinstance(step, Together):
                        raise self.wrong("Expected texts and calls only", f"{at}.together[{index}]")
                    parts += step.parts
            yield Together(parts=tuple(parts))
        else:
            said = (Say(text=given["say"], pointer=f"{at}.say"),) if "say" in given else ()
            yield Together(parts=said if kind == "say" else (*said, self.act(kind, given, at)))

    def act(self, kind: str, given: Any, at: str) -> Act:
        expect = _expectation(given["expect"]) if "expect" in given else None
        human = self.human(given["human"], f"{at}.human") if "human" in given else None
        name, arguments = kind, given[kind]
        match kind:
            case "call":
                integration, _, tool = given["call"].partition("/")
                if given["call"] not in self.tools:
                    raise self.wrong(
                        f"Expected one of {', '.join(sorted(self.tools))}, got {given['call']!r}", f"{at}.call"
                    )
                name = "agentport__call_tool"
                arguments = {
                    "integration_id": f"${{{integration}}}",
                    "tool_name": tool,
                    "arguments": given.get("with", {}),
                } | ({"additional_info": given["info"]} if "info" in given else {})
            case "await":
                name, arguments = "agentport__await_approval", {"request_id": given["await"]}
            case "tool":
                name, arguments = given["tool"], given.get("arguments", {})
        return Act(
            kind=kind if kind in ("shell", "rest") else "tool",  # type: ignore[arg-type]  # one of the literal's own
            name=name,
            arguments=arguments,
            pointer=at,
            label=given.get("as", ""),
            human=human,
            repeat="repeat" in given,
            expect=expect,
        )

    def human(self, given: Any, at: str) -> HumanAct:
        if isinstance(given, str):
            return HumanAct(deed=given, pointer=at)  # type: ignore[arg-type]  # the schema's enum
        deeds = [name for name in given if name != "after_polls"]
        if len(deeds) != 1:
            raise self.wrong(f"Expected one of approves, always_allows, denies, says, got {', '.join(deeds)}", at)
        deed = deeds[0]
        return HumanAct(
            deed=deed,
            text=given[deed] if deed == "says" else "",
            request_id="" if deed == "says" else given[deed],
            after_polls=given.get("after_polls", 0),
            pointer=at,
        )

    def upstream(self, given: Any, at: str) -> Iterator[UpstreamCheck]:
        for tool, calls in given.items():
            if tool not in self.tools:
                raise self.wrong(f"Expected one of {', '.join(sorted(self.tools))}, got {tool!r}", f"{at}.{tool}")
            yield UpstreamCheck(
                tool=tool, calls=calls if isinstance(calls, int) else tuple(calls), pointer=f"{at}.{tool}"
            )

    def wrong(self, message: str, at: str) -> InputError:
        line = self.lines.get(at, 0)
        return InputError("bad-transcript", f"{message} - at `{at}`", at=f"{self.path}:{line}" if line else self.path)


def _tool(name: str, given: Any) -> ScriptedTool:
    result = given.get("result", "ok")
    answer: Any = {"text": result} if isinstance(result, str) else result
    return ScriptedTool(
        name=name,
        description=given.get("description", ""),
        input_schema=given.get("input", {"type": "object"}),
        mode=given.get("mode", "require_approval"),
        text=answer.get("text", ""),
        structured=answer.get("structured"),
        is_error=answer.get("is_error", False),
        delay=given.get("delay_seconds", 0.0),
        fault=given.get("fault", ""),
    )


def _expectation(given: Any) -> Expectation:
    if isinstance(given, str):
        return Expectation(outcome=given)
    text = given.get("text", ())
    return Expectation(
        outcome=given.get("outcome"),
        texts=(text,) if isinstance(text, str) else tuple(text),
        structured=given.get("structured"),
        is_error=given.get("is_error"),
        exit_code=given.get("exit_code"),
        status=given.get("status"),
    )
