"""An error is for the agent to mend its call by, not for a stranger to learn the house by."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.http import modern
from agentport_harness.core.json_values import JSON
from agentport_harness.surfaces.names import PREFIX, REQUIRED_ARGUMENTS

_TELLS: Mapping[str, re.Pattern[str]] = {
    "SQL": re.compile(
        r"\bSELECT\b.{1,400}\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.{1,200}\bSET\b|\bDELETE FROM\b|sqlalche\.me|sqlalchemy"
        r"|sqlite3?\.\w*Error|psycopg|asyncpg|IntegrityError|OperationalError|SQLSTATE|duplicate key value",
        re.DOTALL,
    ),
    "a stack trace": re.compile(
        r"Traceback \(most recent|File \"[^\"]+\", line \d+|^\s+at .+\(.+:\d+:\d+\)|goroutine \d+ \[|panicked at"
        r"|^\s+at [\w$.]+\(\w+\.java:\d+\)",
        re.MULTILINE,
    ),
    "a file path": re.compile(
        r"(?<![\w/.:])/(?:usr|home|var|opt|app|srv|root|tmp|etc|Users|workspace)/[\w.@-]+/[\w./@-]+"
        r"|[A-Z]:\\\\?(?:Users|Program Files|Windows)\\|site-packages|node_modules/"
    ),
    "an internal address": re.compile(
        r"\b(?:127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|"
        r"169\.254\.\d+\.\d+|localhost|\[::1\])(?::\d+)?\b|0x[0-9a-f]{8,}"
    ),
}
_ODD: Mapping[str, str] = {
    "quotes": "' OR 1=1; -- \"",
    "a path": "../../../../etc/passwd",
    "a template": "{{7*7}} ${7*7} %s %n",
    "a control character": "a\x1b[31m\x07",
    "a very long text": "x" * 30_000,
    "a half character": "\ud800",
    "a NUL": "a\x00b",
}
_SOUND: Mapping[str, JSON] = {"arguments": {}, "auth_method": "none"}


@gateway_check(
    "GW607",
    level="MUST",
    timeout=120,
    why="SQL, stack traces, paths and addresses are what an attacker needs next, and nothing that an agent can use.",
    mend="Write the exception to your own log; answer with words made for agents, and nothing of the exception.",
)
async def no_internals(bench: Bench) -> AsyncIterator[Sighting]:
    """Error texts carry no SQL, stack, file path or internal address.

    Looked for in the answers to odd ids and bodies, on MCP and HTTP and, where the probe can be installed, in what is
    told of an upstream that breaks. The gateway's own address is none that it has to hide.
    """
    agent = await bench.agent()
    listed = {tool.name.removeprefix(PREFIX) for tool in await agent.listed()}
    told: dict[str, str] = {}
    for name in sorted(REQUIRED_ARGUMENTS.keys() & listed):
        for what, odd in _ODD.items():
            arguments = {one: _SOUND.get(one, odd) for one in REQUIRED_ARGUMENTS[name]}
            if not arguments:
                continue
            message, headers = modern("tools/call", {"name": PREFIX + name, "arguments": arguments})
            answer = await bench.http(
                "POST", bench.stand.mcp_url, headers={**bench.stand.credential, **headers}, body=_written(message)
            )
            told[f"{name} with {what}"] = answer.text
    typed = {**bench.stand.credential, "Content-Type": "application/json"}
    for what, body in (("no JSON", b'{"a":'), ("a list", b"[1]"), ("bytes that are no text", b'{"a":"\xff\xfe"}')):
        told[f"MCP with {what}"] = (
            await bench.http("POST", bench.stand.mcp_url, headers={**typed, "Accept": "*/*"}, body=body)
        ).text
        told[f"REST with {what}"] = (await bench.http("POST", "/api/tools/none/call", headers=typed, body=body)).text
    for path in ("/api/tools/%27%22%00", "/api/tool-approvals/requests/%27/await", "/approve/%2e%2e%2f", "/%00"):
        told[f"the path {path}"] = (await bench.http("GET", path)).text
    told |= await _upstream(bench)
    if not any(text.strip() for text in told.values()):
        raise NotReachedError("no error had any text")
    own = urlsplit(bench.stand.base_url)
    for where, text in told.items():
        shown = text.replace(own.netloc, "").replace(own.hostname or own.netloc, "") if own.netloc else text
        # half of a surrogate pair and the like come back as the check wrote them
        for what, pattern in _TELLS.items():
            found = pattern.search(shown)
            yield sighted(
                found is None,
                f"an error tells {what}: {where}",
                expected="words for the agent",
                evidence=found.group(0)[:300] if found else "",
            )


async def _upstream(bench: Bench) -> dict[str, str]:
    """What is told of an upstream that breaks, where one can be installed."""
    if bench.stand.lacks("probe") or bench.stand.lacks("mode") or bench.stand.probe is None:
        return {}
    agent = await bench.agent()
    told: dict[str, str] = {}
    for fault in ("hang_up", "garbage", "status_500"):
        tool = await bench.tool(mode="allow", fault=fault)
        reply = await agent.call(tool, {"note": fault})
        upstream = urlsplit(tool.url)
        # its address is no secret by its numbers, which may be the gateway's own
        told[f"an upstream that does {fault}"] = f"{reply.text} {json.dumps(reply.structured)}".replace(
            upstream.netloc, "10.0.0.1:80"
        )
    return told


def _written(message: Mapping[str, JSON]) -> bytes:
    return json.dumps(message).encode()
