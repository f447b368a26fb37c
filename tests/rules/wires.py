"""How calls and answers look on each surface: what a client records of a conforming agent and a sound gateway."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from tests.rules.world import Task

SurfaceName = Literal["meta", "direct", "shell", "rest"]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A call as the client records it."""

    tool: str
    arguments: Any
    server: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An approval request of the gateway."""

    id: str
    url: str


NAMES: tuple[tuple[str, str], ...] = (
    ("{tool}", ""),
    ("{tool}", "agentport"),
    ("mcp__agentport__{tool}", ""),
    ("{tool}", "mcp__agentport"),
    ("agentport_{tool}", ""),
    ("mcp_agentport_{tool}", ""),
    ("agentport.{tool}", ""),
)
"""How clients write an MCP tool's name: the name, and the server recorded beside it."""

SERVICES: tuple[tuple[str, str], ...] = (
    ("stripe", "Payments, refunds, customers."),
    ("gmail", "E-mail."),
    ("notion", "Pages and databases."),
    ("github", "Repositories and pull requests."),
)
TEXTS = {
    "still_pending": "Still pending: no decision yet on request {id}.",
    "denied_by_human": "This tool call was denied by the human.",
    "denied_by_policy": "This tool has been blocked and cannot be executed.",
    "expired": "The approval request {id} expired before it was decided.",
    "upstream_failed": "Tool call failed: the service answered 500.",
}
FAULTS: Mapping[str, tuple[str, str]] = {
    "client_timeout": ("client_timeout", "timed out awaiting tools/call after 60s"),
    "transport": ("transport", "fetch failed: ECONNRESET"),
    "client_refused": ("client_refused", "MCP tool call requires approval, but approval policy is never"),
    "cancelled": ("cancelled", "aborted by user"),
}
_ERRORS = {"denied_by_human", "denied_by_policy", "expired", "upstream_failed"}


@dataclass(kw_only=True)
class Wire:
    """One surface as one client records it; ``style`` is how its gateway and client write answers."""

    random: Random
    surface: SurfaceName
    base: str
    naming: tuple[str, str] = NAMES[0]
    style: Literal["structured", "prose", "copy"] = "structured"
    shell_tool: str = "bash"
    argv: Literal["text", "list", "words"] = "text"
    http: Literal["tool", "curl"] = "tool"
    retry_runs: bool = field(init=False)

    def __post_init__(self) -> None:
        self.retry_runs = self.surface in {"shell", "rest"}

    # --- calls -----------------------------------------------------------------------------------------------

    def call(self, task: Task, *, info: str, waits: bool = False) -> Ask:
        arguments = dict(task.arguments)
        if self.random.random() < 0.3:
            arguments = dict(reversed(arguments.items()))
        match self.surface:
            case "meta":
                given = {"integration_id": task.integration, "tool_name": task.tool, "arguments": arguments}
                return self._mcp("agentport__call_tool", given | {"additional_info": info})
            case "direct":
                return self._mcp(f"{task.integration}__{task.tool}", arguments | {"additional_info": info})
            case "shell":
                words = ["ap", "tools", "call", "--integration", task.integration, "--tool", task.tool]
                words += ["--args", json.dumps(arguments, ensure_ascii=False), "--info", info]
                return self._shell([*words, *(["--wait"] if waits else []), "-o", "json"])
            case _:
                body = {"tool_name": task.tool, "args": arguments, "additional_info": info}
                return self._http("POST", f"/api/tools/{task.integration}/call", body)

    def wait(self, request: Request) -> Ask:
        if self.surface in {"meta", "direct"}:
            return self._mcp("agentport__await_approval", {"request_id": request.id})
        if self.surface == "shell":
            by_url = self.random.random() < 0.4
            named = ["--approval-url", request.url] if by_url else ["--request-id", request.id]
            return self._shell(["ap", "tools", "await-approval", *named, "-o", "json"])
        return self._http("POST", f"/api/tool-approvals/requests/{request.id}/await", {})

    def look(self, kind: str, *, integration: str = "", tool: str = "", query: str = "") -> Ask:
        if self.surface in {"meta", "direct"}:
            names = {
                "describe": ("agentport__describe_tool", {"integration_id": integration, "tool_name": tool}),
                "tools": ("agentport__list_integration_tools", {"integration_id": integration}),
                "installed": ("agentport__list_installed_integrations", {}),
                "available": ("agentport__list_available_integrations", {"query": query} if query else {}),
                "status": ("agentport__get_auth_status", {"integration_id": integration}),
            }
            return self._mcp(*names[kind])
        if self.surface == "shell":
            words = {
                "describe": ["tools", "describe", "--integration", integration, "--tool", tool],
                "tools": ["tools", "list", "--integration", integration],
                "installed": ["integrations", "list", "--installed"],
                "available": ["integrations", "list", "--available"],
                "status": ["integrations", "status", "--integration", integration],
            }
            return self._shell(["ap", *words[kind], "-o", "json"])
        paths = {"installed": "/api/installed", "available": "/api/integrations"}
        return self._http("GET", paths.get(kind, f"/api/tools/{integration}"), None)

    def install(self, integration: str, *, token: str = "") -> Ask:
        method = "token" if token else "oauth"
        given = {"integration_id": integration, "auth_method": method} | ({"token": token} if token else {})
        if self.surface in {"meta", "direct"}:
            return self._mcp("agentport__install_integration", given)
        if self.surface == "shell":
            words = ["ap", "integrations", "install", "--integration", integration, "--auth-method", method]
            return self._shell([*words, *(["--token", token] if token else []), "-o", "json"])
        return self._http("POST", "/api/installed", given)

    def _mcp(self, tool: str, arguments: Mapping[str, Any]) -> Ask:
        pattern, server = self.naming
        return Ask(tool=pattern.format(tool=tool), server=server, arguments=dict(arguments))

    def _shell(self, words: Sequence[str]) -> Ask:
        text = shlex.join(words)
        if self.argv == "list":
            return Ask(tool="shell", arguments={"command": ["bash", "-lc", text]})
        if self.argv == "words":
            return Ask(tool="shell", arguments={"command": list(words)})
        return self._typed(text)

    def _typed(self, text: str) -> Ask:
        return Ask(tool=self.shell_tool, arguments={"cmd" if self.shell_tool == "exec_command" else "command": text})

    def _http(self, method: str, path: str, body: Any) -> Ask:
        if self.http == "tool":
            given = {"method": method, "url": self.base + path}
            return Ask(tool="http_request", arguments=given | ({"body": body} if body is not None else {}))
        words = [
            "curl",
            "-sS",
            "--fail-with-body",
            "-X",
            method,
            self.base + path,
            "-H",
            "X-API-Key: $AGENTPORT_API_KEY",
        ]
        return self._typed(shlex.join([*words, *(["-d", json.dumps(body, ensure_ascii=False)] if body else [])]))

    # --- answers ---------------------------------------------------------------------------------------------

    def executed(self, task: Task) -> Answer:
        if self.surface == "rest":
            return self._rest({"content": [{"type": "text", "text": task.answer}], "isError": False})
        if self.surface == "shell":
            return self._printed(task.answer)
        if self.style == "prose":
            return {"text": task.answer, "is_error": self.random.choice((None, False))}
        return {"text": task.answer, "structured": {"outcome": "executed"}, "is_error": False}

    def answered(self, kind: str, request: Request, task: Task, *, waited: bool) -> Answer:
        """The answer to a call, or (``waited``) to a wait, other than the upstream's own."""
        if kind in FAULTS:
            fault, text = FAULTS[kind]
            marked = self.surface in {"shell", "rest"} or self.random.random() < 0.5
            return {"text": text, "is_error": True, "fault": fault if marked else ""}
        match self.surface:
            case "shell":
                return self._shell_answer(kind, request, waited=waited)
            case "rest":
                return self._rest_answer(kind, request, task, waited=waited)
        if kind == "approval_required":
            return self._required(request)
        text = TEXTS[kind].format(id=request.id)
        structured = {"outcome": kind, "request_id": request.id}
        if kind == "still_pending":
            structured["approval_url"] = request.url
        return self._styled(text, structured, error=kind in _ERRORS)

    def _required(self, request: Request) -> Answer:
        text = (
            f"A human has to approve this call first: {request.url}\nShare the URL, say what it is for, and call "
            f'agentport__await_approval(request_id="{request.id}") without waiting for a reply.'
        )
        structured = {
            "outcome": "approval_required",
            "request_id": request.id,
            "approval_url": request.url,
            "expires_at": "2026-11-22T10:15:00Z",
        }
        return self._styled(text, structured, error=False)

    def _styled(self, text: str, structured: Mapping[str, Any], *, error: bool) -> Answer:
        if self.style == "prose":
            return {"text": text, "is_error": None}
        if self.style == "copy":
            return {"text": json.dumps(structured), "is_error": error}
        return {"text": text, "structured": dict(structured), "is_error": error}

    def _shell_answer(self, kind: str, request: Request, *, waited: bool) -> Answer:
        if kind == "approval_required":
            return self._printed(f"Approval required: {request.url}", code=2)
        if kind == "still_pending":
            return self._printed(f"Approval still pending: {request.url}", code=2)
        if kind == "approved":
            return self._printed(json.dumps({"status": "approved", "approval_request_id": request.id}))
        if waited:
            state = {"denied_by_human": "denied"}.get(kind, kind)
            return self._printed(json.dumps({"status": state, "approval_request_id": request.id}), code=1)
        return self._printed(TEXTS[kind].format(id=request.id), code=1)

    def _rest_answer(self, kind: str, request: Request, task: Task, *, waited: bool) -> Answer:
        named = {"integration_id": task.integration, "tool_name": task.tool}
        if waited:
            states = {"still_pending": "pending", "denied_by_human": "denied"}
            return self._rest({"approval_request_id": request.id, **named, "status": states.get(kind, kind)})
        if kind == "approval_required":
            body = {"error": kind, "approval_request_id": request.id, "approval_url": request.url}
            return self._rest(body | {"message": "Approval required.", **named}, status=403)
        if kind == "upstream_failed":
            return self._rest({"detail": "the service answered 500"}, status=502)
        return self._rest({"error": "denied", "message": TEXTS["denied_by_policy"], **named}, status=403)

    def looked(self, document: Mapping[str, Any]) -> Answer:
        """The answer to a look at what there is."""
        if self.surface == "rest":
            return self._rest(document)
        if self.surface == "shell":
            return self._printed(json.dumps(document))
        answer: Answer = {"text": json.dumps(document), "is_error": self.random.choice((None, False))}
        return answer | ({"structured": dict(document)} if self.style == "structured" else {})

    def _printed(self, text: str, code: int = 0) -> Answer:
        return {"text": text, "exit_code": code, "is_error": self.random.choice((None, code != 0))}

    def _rest(self, body: Mapping[str, Any], status: int = 200) -> Answer:
        text = json.dumps(body, ensure_ascii=False)
        if self.http == "tool":
            return {"text": text, "status": status}
        return {"text": text, "exit_code": 0 if status < 400 else 22}
