"""Adapters: commands of the user's own, a person at a terminal, and what a package offers."""

from __future__ import annotations

import importlib.metadata
import os
import pty
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from agentport_harness.bench.judging import run_check
from agentport_harness.bench.stand import Stand, Target, Tenant
from agentport_harness.core.errors import InputError, UnreachableError
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import _wanting, check_gateway, check_stand
from agentport_harness.runner.gateway_stand import GatewayOptions, standing
from agentport_harness.transports import command_adapter
from agentport_harness.transports.adapter import EVERY_SKILL, Decided, Key
from agentport_harness.transports.agentport import SECOND_FACTOR, signed_in
from agentport_harness.transports.command_adapter import CommandAdapter
from agentport_harness.transports.embedded import Gateway
from agentport_harness.transports.loopback import listening
from agentport_harness.transports.packaged_adapter import ADAPTERS
from agentport_harness.transports.terminal_adapter import TerminalAdapter
from tests.faults.stage import staged

pytestmark = pytest.mark.anyio
GATEWAY = Gateway(base_url="http://127.0.0.1:9", mcp_url="", api_key="k", human_email="", human_password="")
CHECKS = {check.id: check for check in gateway_checks()}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_commands_decide_install_and_administer(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    adapter = CommandAdapter(
        {
            "approve": f"echo approve {{request_id}} >> {seen}",
            "deny": "echo somebody else decided >&2; exit 3",
            "set_mode": f"echo {{integration_id}} {{tool}} {{mode}} >> {seen}",
            "install": f"echo {{name}} {{url}} >> {seen}; echo its-id",
            "uninstall": f"echo without {{integration_id}} >> {seen}",
            "set_expiry": f"echo expiry [{{seconds}}] >> {seen}",
            "make_key": "echo key-1 ap_secret",
            "revoke_key": f"echo revoke {{key_id}} >> {seen}",
        }
    )

    assert adapter.can == {"decide", "mode", "install", "expiry", "keys"}
    assert await adapter.try_decide("it's; $(rm x)", "approves") == Decided(accepted=True)
    assert await adapter.try_decide("r", "denies") == Decided(accepted=False, text="somebody else decided")
    await adapter.set_mode("crm", "refund", "deny")
    assert await adapter.install("probe", "http://p/mcp") == "its-id"
    await adapter.uninstall("its-id")
    await adapter.set_expiry(60)
    await adapter.set_expiry(None)
    assert await adapter.make_key("k") == Key(id="key-1", secret="ap_secret")
    await adapter.revoke_key("key-1")
    assert seen.read_text(encoding="utf-8").splitlines() == [
        "approve it's; $(rm x)",
        "crm refund deny",
        "probe http://p/mcp",
        "without its-id",
        "expiry [60]",
        "expiry []",
        "revoke key-1",
    ]


async def test_commands_that_fail_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = CommandAdapter(
        {"approve": "exit 1", "deny": "sleep 9", "set_mode": "echo no >&2; exit 4", "make_key": ":"}
    )
    monkeypatch.setattr(command_adapter, "LIMIT", 0.2)

    with pytest.raises(UnreachableError, match="decision was refused"):
        await failing.decide("r", "approves")
    with pytest.raises(UnreachableError, match="there is no command for this decision"):
        await failing.decide("r", "always_allows")
    with pytest.raises(UnreachableError, match="did not end in"):
        await failing.decide("r", "denies")
    with pytest.raises(UnreachableError, match=r"set_mode failed \(4\): no"):
        await failing.set_mode("i", "t", "allow")
    with pytest.raises(UnreachableError, match="prints its id and its secret"):
        await failing.make_key("k")
    assert failing.can == {"decide", "mode"}


async def test_a_gateway_is_checked_by_commands_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stand:
        human: Any = stand.first.adapter
        curl = [sys.executable, "-c", CALL, stand.base_url, human._http.headers["Authorization"]]
        command = " ".join(f"'{word}'" for word in curl)
        adapter: Any = CommandAdapter(
            {
                "approve": f"{command} {{request_id}} approve-once",
                "deny": f"{command} {{request_id}} deny",
            }
        )
        target = Target(integration_id="demo", name="refund")
        by_commands = replace(stand, first=replace(stand.first, adapter=adapter), given={"require_approval": target})
        verdicts = {name: (await run_check(CHECKS[name], by_commands)).verdict for name in ("GW302", "GW304", "GW407")}

    assert verdicts["GW302"].status == "pass"
    assert verdicts["GW304"].status == "skipped"
    assert "install the probe" in verdicts["GW304"].reason
    assert verdicts["GW407"].status == "skipped"


CALL = """
import sys, urllib.request
base, token, request_id, deed = sys.argv[1:]
url = f"{base}/api/tool-approvals/requests/{request_id}/{deed}"
call = urllib.request.Request(url, b"{}", {"Authorization": token, "Content-Type": "application/json"})
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call)
"""


@contextmanager
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The person's end of a terminal; within a test, as pytest itself changes both between its phases."""
    person, program = pty.openpty()
    with (
        os.fdopen(program, "r", encoding="utf-8") as read,
        os.fdopen(os.dup(program), "w", encoding="utf-8") as written,
        monkeypatch.context() as patch,
    ):
        patch.setattr(sys, "stdin", read)
        patch.setattr(sys, "stderr", written)
        yield person
    os.close(person)


async def shown_at(terminal: int, text: str) -> str:
    """What the person sees, from the beginning until this text stands there: a terminal shows it piece by piece."""
    shown = b""
    with anyio.fail_after(20):
        while text.encode() not in shown:
            await anyio.wait_readable(terminal)
            shown += os.read(terminal, 4096)
    return shown.decode()


@pytest.mark.parametrize(
    ("typed", "decided"),
    [
        (b"\n", Decided(accepted=True)),
        (b"already decided\n", Decided(accepted=False, text="already decided")),
        (b"\x04", Decided(accepted=False)),
    ],
)
async def test_a_person_at_the_terminal_is_shown_the_link_and_says_how_it_went(
    monkeypatch: pytest.MonkeyPatch, typed: bytes, decided: Decided
) -> None:
    adapter = TerminalAdapter("http://gw.example")
    with at_a_terminal(monkeypatch) as terminal:
        os.write(terminal, typed)
        said = await adapter.try_decide("r-1", "denies")
        await shown_at(terminal, "DENY: http://gw.example/approve/r-1")

    assert said == decided
    assert adapter.can == {"decide"}


async def test_a_person_is_asked_one_thing_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = TerminalAdapter("http://gw.example")
    decided: list[Decided] = []

    async def ask(request_id: str) -> None:
        decided.append(await adapter.try_decide(request_id, "approves"))

    with at_a_terminal(monkeypatch) as terminal:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "first")
            tasks.start_soon(ask, "second")
            shown = await shown_at(terminal, "/first")
            os.write(terminal, b"\nno\n")

    assert "/second" not in shown
    assert [one.accepted for one in decided] == [True, False]


class Packaged:
    """An adapter of a package: it can decide, and fails to set modes."""

    async def set_mode(self, integration_id: str, tool: str, mode: str) -> None:
        raise ZeroDivisionError(f"{integration_id}/{tool} to {mode}")

    async def try_decide(self, request_id: str, deed: str) -> Decided:
        return Decided(accepted=True, text=f"{deed} {request_id}")


opened: list[str] = []


@asynccontextmanager
async def packaged(gateway: Gateway) -> AsyncIterator[Packaged]:
    """What the entry point names."""
    opened.append(gateway.base_url)
    try:
        yield Packaged()
    finally:
        opened.append("closed")


def _offer(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entry = importlib.metadata.EntryPoint(name="mine", value=value, group=ADAPTERS)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [entry] if group == ADAPTERS else [])


async def test_an_adapter_of_a_package_is_opened_for_the_run_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    opened.clear()
    _offer(monkeypatch, f"{__name__}:packaged")

    async with standing(GatewayOptions(gateway=GATEWAY, adapter="mine")) as stand:
        adapter: Any = stand.first.adapter
        assert await adapter.try_decide("r", "denies") == Decided(accepted=True, text="denies r")
        assert stand.skills == {"decide", "mode"}
        with pytest.raises(UnreachableError, match=r"the adapter 'mine' failed to set_mode: ZeroDivisionError\('i/t"):
            await adapter.set_mode("i", "t", "deny")
        assert stand.lacks("decide") == ""
        assert "install the probe" in stand.lacks("probe")

    assert opened == ["http://127.0.0.1:9", "closed"]


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        (f"{__name__}:packaged", "other", "choose one of agentport, command, terminal, mine"),
        ("no_such_package:adapter", "mine", "mine cannot be loaded"),
    ],
)
def test_an_adapter_that_is_not_there_is_said_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, value: str, name: str, words: str
) -> None:
    _offer(monkeypatch, value)

    with pytest.raises(InputError, match=words):
        check_gateway((), GatewayOptions(gateway=GATEWAY, adapter=name))


@pytest.mark.parametrize(("answer", "lacking"), [(b'{"enabled":true}', SECOND_FACTOR), (b"{}", ""), (b"<html>", "")])
async def test_a_human_with_a_second_factor_is_a_need_that_is_named(answer: bytes, lacking: str) -> None:
    async def gateway(scope: Any, _receive: Any, send: Any) -> None:
        told = answer if scope["path"].endswith("/totp/status") else b'{"access_token":"t"}'
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": told})

    async with listening(gateway) as base, signed_in(base, "me@example.org", "right") as adapter:
        human: Any = adapter
        stand = Stand(mcp_url=f"{base}/mcp", base_url=base, first=Tenant(api_key="k", adapter=human))
        assert stand.lacks("decide") == stand.lacks("mode") == lacking
        assert stand.lacks("log") == ""


async def test_a_human_who_may_not_set_the_expiry_leaves_the_other_checks_their_verdicts(tmp_path: Path) -> None:
    async with staged(tmp_path) as stand:
        human: Any = stand.first.adapter

        async def refused(_seconds: float | None) -> None:
            raise UnreachableError("adapter-refused", "PATCH /api/org-settings was answered 403")

        human.set_expiry = refused
        run = await check_stand([CHECKS[name] for name in ("GW101", "GW308")], stand)

    (session,) = run.sessions
    assert [one.status for one in session.verdicts] == ["pass", "not_testable"]
    assert "could not be set: PATCH /api/org-settings" in session.verdicts[1].reason
    assert session.warnings == ("left behind: how long requests stay open: PATCH /api/org-settings was answered 403",)


@pytest.mark.parametrize(
    ("lacks", "no_probe", "told"),
    [
        ({}, "", "--restart-cmd (1)"),
        ({}, "the gateway does not reach it", "--probe-url (3), --restart-cmd (1)"),
        (dict.fromkeys(("decide", "mode"), SECOND_FACTOR), "", "--human-totp-file (2), --restart-cmd (1)"),
    ],
)
def test_a_report_ends_with_what_to_give_for_more_checks(lacks: dict[str, str], no_probe: str, told: str) -> None:
    human: Any = SimpleNamespace(can=EVERY_SKILL - lacks.keys(), lacks=lacks)
    probe: Any = SimpleNamespace()
    stand = Stand(mcp_url="", base_url="", first=Tenant(api_key="k", adapter=human), probe=probe, no_probe=no_probe)
    checks = [CHECKS[name] for name in ("GW204", "GW304", "GW602")]

    assert _wanting(checks, stand) == {"more checks with": told}
    assert _wanting([CHECKS["GW101"]], stand) == {}
