"""A miniature agent client: a program that speaks chat completions to a model and MCP to a gateway.

    miniature_agent.py run PROMPT | resume SESSION PROMPT

It keeps its history and its recording below its home. MINIATURE says how it misbehaves: ``hang``, ``ask``, ``fail``,
``leave`` (a process of its own outlives it), ``forget`` (no recording), ``deaf`` (it never reaches the gateway),
``lie`` (its recording leaves the gateway's calls out).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

HOME = Path(os.environ["HOME"])
SETTINGS = json.loads((HOME / ".miniature.json").read_text(encoding="utf-8"))
MANNERS = SETTINGS["manners"]


class Gateway:
    """MCP over HTTP, as little of it as a client can do with."""

    def __init__(self) -> None:
        self.headers = {"X-API-Key": os.environ["MINIATURE_KEY"], "Accept": "application/json, text/event-stream"}
        about = {"name": "miniature", "version": "1"}
        self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": about})
        self.ask("notifications/initialized", {}, number=None)

    def ask(self, method: str, params: dict[str, Any], number: int | None = 1) -> Any:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        with post(SETTINGS["mcp_url"], message, self.headers) as response:
            if session := response.headers.get("mcp-session-id"):
                self.headers["mcp-session-id"] = session
            text = response.read().decode()
        told = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")] or [text]
        answers = [json.loads(line) for line in told if line.strip()]
        return next((one["result"] for one in answers if "result" in one), None)


def post(url: str, body: Any, headers: dict[str, str]) -> Any:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    return urllib.request.urlopen(request, timeout=30)


def converse(history: list[Any], events: list[Any]) -> None:
    gateway = None if MANNERS == "deaf" else Gateway()
    tools = gateway.ask("tools/list", {})["tools"] if gateway else [{"name": "read_file"}]
    skills = sorted(path.parent.name for path in HOME.glob(".agents/skills/*/SKILL.md"))
    offered = [{"type": "function", "function": {"name": f"gw_{tool['name']}"}} for tool in tools]
    while True:
        system = {"role": "system", "content": f"Skills: {', '.join(skills)}"}
        body = {"model": SETTINGS["model"], "messages": [system, *history], "tools": offered}
        with post(f"{SETTINGS['model_url']}/v1/chat/completions", body, {}) as response:
            message = json.loads(response.read())["choices"][0]["message"]
        history.append(message)
        if message["content"]:
            events.append({"agent": message["content"]})
        for call in message.get("tool_calls", ()):
            name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
            result: Any = {"content": [{"text": "no such tool"}], "isError": True}
            if gateway:
                result = gateway.ask("tools/call", {"name": name.removeprefix("gw_"), "arguments": arguments})
            text = "\n".join(block["text"] for block in result["content"])
            if MANNERS != "lie":
                events.append({"call": name, "id": call["id"], "arguments": arguments})
                answer = {"result": call["id"], "text": text, "is_error": result.get("isError", False)}
                events.append(answer | {"structured": result.get("structuredContent")})
            history.append({"role": "tool", "tool_call_id": call["id"], "content": text})
        if not message.get("tool_calls"):
            return


def tell(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> int:
    session, prompt = (sys.argv[2], sys.argv[3]) if sys.argv[1] == "resume" else ("session-1", sys.argv[2])
    tell({"session": session, "environment": dict(os.environ), "prompt": prompt})
    if MANNERS == "hang":
        tell("Do you trust this folder? [y/n]")
        time.sleep(600)
    if MANNERS == "ask":
        sys.stderr.write("no terminal here\n")
        sys.stdout.write("Continue? [y/n] ")
        sys.stdout.flush()
        time.sleep(600)
    if MANNERS == "fail":
        sys.stderr.write("no licence\n")
        return 3
    if MANNERS == "leave":
        sleeper = [sys.executable, "-c", "import time; time.sleep(600)", SETTINGS["mark"]]
        subprocess.Popen(sleeper, start_new_session=True, stdout=subprocess.DEVNULL)
    store, record = HOME / "history.json", HOME / "records" / f"{session}.json"
    history = json.loads(store.read_text(encoding="utf-8")) if store.exists() else []
    events = json.loads(record.read_text(encoding="utf-8"))["events"] if record.exists() else []
    history.append({"role": "user", "content": prompt})
    events.append({"human": prompt})
    converse(history, events)
    events.append({"turn_end": True})
    store.write_text(json.dumps(history), encoding="utf-8")
    if MANNERS != "forget":
        record.parent.mkdir(exist_ok=True)
        document = {"format": "agentport-trace/1", "session_id": session, "gateway_servers": ["gw"], "events": events}
        record.write_text(json.dumps(document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
