"""The REST surface, whether by an HTTP tool, ``curl`` in a shell, or a browser: paths and bodies, and their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from agentport_harness.core.calls import Await, CallTool, Decide, Discover, Install, Meaning
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed, strings_in
from agentport_harness.core.outcomes import Outcome, OutcomeKind
from agentport_harness.core.trace import ToolResult
from agentport_harness.core.urls import split_url
from agentport_harness.surfaces.meta import INFO

HTTP_TOOLS = frozenset({"http", "http_request", "fetch", "webfetch", "web_fetch", "curl", "open_url", "browse"})
_BROWSER = re.compile(
    r"(?:^|[_.])(?:browser|playwright|puppeteer|chrome|computer)(?:[_.]|$)|navigate|goto", re.IGNORECASE
)
_OPENERS = frozenset({"open", "xdg-open", "start", "wslview", "firefox", "chromium", "google-chrome", "w3m", "lynx"})
_CALL = re.compile(r"/api/tools/(?P<integration>[^/]+)/call/?$")
_REQUEST = re.compile(r"/api/tool-approvals/requests/(?P<id>[^/]+)/(?P<verb>await|approve-once|allow-tool|deny)/?$")
_APPROVAL_PAGE = re.compile(r"/approve/(?P<id>[^/?#]+)")
_TOOLS = re.compile(r"/api/tools(?:/(?P<integration>[^/]+))?/?$")
_INSTALLED = re.compile(r"/api/installed(?:/(?P<integration>[^/]+))?/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request as far as the recording shows it."""

    method: str
    url: str
    body: JSON = None


def http_request(tool: str, arguments: JSON) -> Request | None:
    """The request that an HTTP or browser tool's call makes, None when the tool is neither."""
    given = as_object(arguments)
    if tool.casefold() not in HTTP_TOOLS and not _BROWSER.search(tool):
        return None
    url = as_text(given.get("url")) or as_text(given.get("path")) or as_text(given.get("uri"))
    if not url:
        return None
    body = given.get("body", given.get("json"))
    return Request(
        method=(as_text(given.get("method")) or "GET").upper(),
        url=url,
        body=parsed(body) if isinstance(body, str) else body,
    )


def shell_request(words: Sequence[str]) -> Request | None:
    """The request that ``curl``, ``wget`` or an opener makes, None for other commands."""
    program = words[0].rpartition("/")[2]
    if program in _OPENERS:
        url = next((word for word in words[1:] if "/approve/" in word), "")
        return Request(method="GET", url=url) if url else None
    if program not in {"curl", "wget", "http", "https"}:
        return None
    method, data, url = "", "", ""
    index = 1
    while index < len(words):
        word = words[index]
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in {"-X", "--request", "--method"}:
            method, index = following, index + 1
        elif word in {"-d", "--data", "--data-raw", "--data-binary", "--json", "--post-data", "--body-data"}:
            data, index = following, index + 1
        elif word in {"-H", "--header", "-o", "--output", "-u", "--user", "-m", "--max-time", "-A"}:
            index += 1
        elif word in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            method = word
        elif re.match(r"https?://", word) or ("/" in word and not word.startswith("-") and not url):
            url = word
        index += 1
    return Request(method=(method or ("POST" if data else "GET")).upper(), url=url, body=parsed(data)) if url else None


def read_request(request: Request) -> Meaning | None:
    """What a request means to the gateway, None when it is not one of the gateway's."""
    path = unquote(split_url(request.url).path)
    if decided := _REQUEST.search(path):
        if decided["verb"] == "await":
            return Await(surface="rest", request_id=decided["id"])
        return Decide(surface="rest", how=f"{request.method} {request.url}", request_id=decided["id"])
    if page := _APPROVAL_PAGE.search(path):
        return Decide(surface="rest", how=f"{request.method} {request.url}", request_id=page["id"])
    body = as_object(request.body)
    if called := _CALL.search(path):
        arguments = body.get("args")
        inside = as_object(arguments).get(INFO)
        info = body.get(INFO)
        return CallTool(
            surface="rest",
            integration=called["integration"],
            tool=as_text(body.get("tool_name")),
            arguments=arguments if arguments is not None else {},
            info=None if info is None else as_text(info),
            info_inside=None if inside is None else as_text(inside),
        )
    if installed := _INSTALLED.search(path):
        if request.method == "GET":
            return Discover(surface="rest", kind="installed")
        return Install(
            surface="rest",
            kind="uninstall" if request.method == "DELETE" else "install",
            integration=installed["integration"] or as_text(body.get("integration_id")),
            auth_method=as_text(body.get("auth_method")),
            token=as_text(body.get("token")),
        )
    if tools := _TOOLS.search(path):
        return Discover(surface="rest", kind="tools", integration=tools["integration"] or "")
    if re.search(r"/api/integrations(?:/[^/]+)?/?$", path) and request.method == "GET":
        return Discover(surface="rest", kind="available")
    return None


def opens_approval_page(arguments: JSON) -> str:
    """The approval page among a browser tool's arguments, empty when there is none."""
    return next((text for text in strings_in(arguments) if _APPROVAL_PAGE.search(text)), "")


def is_browser(tool: str) -> bool:
    """Whether a tool's name says that it drives a browser."""
    return bool(_BROWSER.search(tool))


def read_http_answer(meaning: Meaning, result: ToolResult) -> Outcome:
    """The outcome of a REST request: the body's own words, then the status."""
    if result.fault:
        return Outcome(kind=result.fault)
    body = as_object(result.structured if result.structured is not None else _body(result.text))
    detail = as_object(body.get("detail"))
    fields: Mapping[str, JSON] = body if "error" in body or "status" in body else (detail or body)
    match as_text(fields.get("error")):
        case "approval_required":
            return Outcome(
                kind="approval_required",
                request_id=as_text(fields.get("approval_request_id")),
                approval_url=as_text(fields.get("approval_url")),
                retry_runs=True,
            )
        case "denied":
            human = "human" in as_text(fields.get("message")).casefold()
            return Outcome(kind="denied_by_human" if human else "denied_by_policy")
    if isinstance(meaning, Await):
        return _read_wait(meaning, fields, result)
    if result.status == 502:
        return Outcome(kind="upstream_failed")
    failed = (result.status or 0) >= 400 or bool(result.is_error) or result.exit_code not in (0, None)
    if result.status == 404:
        return Outcome(kind="not_found")
    if failed:
        return Outcome(kind="failed")
    if isinstance(meaning, CallTool) and body.get("isError") is True:
        return Outcome(kind="upstream_failed")
    return Outcome(kind="executed", authorization_url=as_text(body.get("authorization_url")))


def _read_wait(meaning: Await, fields: Mapping[str, JSON], result: ToolResult) -> Outcome:
    states: dict[str, OutcomeKind] = {
        "pending": "still_pending",
        "approved": "approved",
        "approved_once": "approved",
        "denied": "denied_by_human",
        "expired": "expired",
        "consumed": "consumed",
    }
    state = as_text(fields.get("status"))
    kind = states.get(state, "not_found" if result.status == 404 else "failed")
    return Outcome(
        kind=kind,
        request_id=as_text(fields.get("approval_request_id")) or meaning.request_id,
        retry_runs=kind == "approved",
    )


@lru_cache(maxsize=8)
def _body(text: str) -> JSON:
    at = text.find("{")
    return parsed(text[at:].strip()) if at >= 0 else None
