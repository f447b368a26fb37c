"""From what was typed to `GatewayOptions`, with every contradiction said before anything is started."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, get_args

from agentport_harness.bench.stand import Target
from agentport_harness.core.errors import InputError
from agentport_harness.core.transcript import Mode
from agentport_harness.runner.gateway_stand import GatewayOptions
from agentport_harness.runner.gateways import from_ready_file
from agentport_harness.transports.embedded import Gateway


def gateway_options(given: Mapping[str, Any], templates: Mapping[str, str]) -> GatewayOptions:
    """The options of a run. Raises `InputError` for what is missing or does not fit together."""
    gateway = _gateway(given)
    host, _, port = given["probe_bind"].rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise InputError("bad-address", f"Expected HOST:PORT, got {given['probe_bind']!r}", at="--probe-bind")
    if given["probe_url"] and not given["probe_url"].startswith(("http://", "https://")):
        raise InputError("bad-url", f"Expected http:// or https://, got {given['probe_url']!r}", at="--probe-url")
    if given["probe_integration"] and port == "0":
        raise InputError(
            "bad-address", "a probe that is installed by hand needs an address that stays", at="--probe-integration",
            hint="give it a port: --probe-bind 127.0.0.1:4800",
        )  # fmt: skip
    adapter = given["adapter"]
    if adapter is None:
        signed = gateway is None or bool(gateway.human_email)
        adapter = "command" if templates else "agentport" if signed else ""
    if templates and adapter != "command":
        raise InputError("two-adapters", f"--adapter {adapter} and commands of your own", at="--adapter")
    if adapter == "agentport" and gateway is not None and not gateway.human_email:
        raise InputError("missing-credentials", "the agentport adapter needs --human-email", at="--adapter")
    return GatewayOptions(
        gateway=gateway,
        adapter=adapter,
        templates=templates,
        tools=_tools(given["tools"]),
        restart_command=given["restart_cmd"],
        stop_command=given["stop_cmd"],
        probe_host=host.strip("[]"),
        probe_port=int(port),
        probe_url=given["probe_url"],
        probe_integration=given["probe_integration"],
        protocol=given["protocol"],
        rung=given["approval_by"],
        calls=given["calls"],
        rounds=given["rounds"],
        poll_limit=given["poll_limit"],
        jobs=given["jobs"],
    )


def _gateway(given: Mapping[str, Any]) -> Gateway | None:
    from pathlib import Path

    if given["ready_file"]:
        return _with_second(from_ready_file(Path(given["ready_file"])), given)
    url = given["url"]
    if not url:
        if given["human_email"] and given["adapter"]:
            raise InputError("missing-url", "credentials without a gateway", at="--url", hint="name it with --url")
        return None
    if not url.startswith(("http://", "https://")):
        raise InputError("bad-url", f"Expected a URL with http:// or https://, got {url!r}", at="--url")
    base = url.rstrip("/").removesuffix("/mcp")
    email = given["human_email"] or ""
    return _with_second(
        Gateway(
            base_url=base,
            mcp_url=f"{base}/mcp",
            api_key=given["api_key"] or "",
            human_email=email,
            human_password=_password(given["human_password_env"]) if email else "",
            human_totp=_totp(given["human_totp_env"], given["human_totp_file"]) if email else "",
        ),
        given,
    )


def _with_second(gateway: Gateway, given: Mapping[str, Any]) -> Gateway:
    """The gateway with the second organisation that the options name."""
    email = given["second_human_email"]
    if given["second_api_key"]:
        gateway = replace(gateway, second_api_key=given["second_api_key"], second_human_email="")
    if email:
        if not gateway.second_api_key:
            raise InputError("missing-credentials", "the second human's agent needs --second-api-key")
        password = _password(given["second_human_password_env"])
        totp = _totp(given["second_human_totp_env"], None)
        gateway = replace(gateway, second_human_email=email, second_human_password=password, second_human_totp=totp)
    return gateway


def _password(variable: str) -> str:
    password = os.environ.get(variable, "")
    if not password:
        raise InputError(
            "missing-password", f"the variable {variable} is not set",
            hint="put the human's password there; it is never taken from the command line",
        )  # fmt: skip
    return password


def _totp(variable: str, file: str | None) -> str:
    """The secret of a second factor, empty where none is given."""
    from pathlib import Path

    if file is None:
        return os.environ.get(variable, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "it is no text"
        raise InputError("unreadable", f"the secret of the second factor: {said}", at=file) from None


def _tools(given: Iterable[str]) -> dict[Mode, tuple[Target, ...]]:
    tools: dict[Mode, tuple[Target, ...]] = {}
    for text in given:
        mode, _, name = text.partition("=")
        integration, _, tool = name.partition("/")
        known = next((one for one in get_args(Mode) if one == mode), None)
        if known is None or not integration or not tool:
            modes = ", ".join(get_args(Mode))
            raise InputError("bad-tool", f"Expected MODE=INTEGRATION/TOOL with a mode of {modes}, got {text!r}")
        tools[known] = (*tools.get(known, ()), Target(integration_id=integration, name=tool))
    return tools
