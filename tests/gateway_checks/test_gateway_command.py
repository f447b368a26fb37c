"""`gateway`: what it says of gateways that are fine, strange or absent, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentport_harness.cli.main import main
from agentport_harness.runner.catalogue import gateway_checks
from tests.serving import served

QUICK = ["--select", "GW101,GW201,GW302"]


def test_every_check_appears_once_and_what_was_set_up_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path) as gateway:
        ready = str(gateway.ready_file)
        code = main(["gateway", "--ready-file", ready, *QUICK, "--format", "json", "--badge", str(tmp_path / "b.svg")])

    report = json.loads(capsys.readouterr().out)
    (session,) = report["sessions"]
    statuses = {one["rule"]: one["status"] for one in session["verdicts"]}
    assert code == 0
    assert report["subject"]["kind"] == "gateway"
    assert list(statuses) == [check.id for check in gateway_checks()]
    assert {rule for rule, status in statuses.items() if status == "pass"} == {"GW101", "GW201", "GW302"}
    assert "3/3 pass" in (tmp_path / "b.svg").read_text(encoding="utf-8")


def test_without_a_human_the_checks_that_need_one_are_skipped_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path) as gateway:
        told = gateway.told
        code = main(
            ["gateway", "--url", told["mcp_url"], "--api-key", told["api_key"], "--format", "json",
             "--tool", "require_approval=demo/refund", "--select", "GW302,GW304"]
        )  # fmt: skip

    found = {one["rule"]: one for one in json.loads(capsys.readouterr().out)["sessions"][0]["verdicts"]}
    assert code == 0
    assert found["GW302"]["status"] == "pass"
    assert found["GW304"]["status"] == "skipped"
    assert "--adapter" in found["GW304"]["reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--url", "gateway.example"], "Expected a URL"),
        (["--url", "http://127.0.0.1:9", "--human-email", "a@b.example"], "AGENTPORT_HUMAN_PASSWORD is not set"),
        (["--url", "http://127.0.0.1:9", "--api-key", "k", "--human-email", "a@example.org"], "is not set"),
        (["--url", "http://127.0.0.1:9", "--api-key", "k", "--adapter", "agentport"], "needs --human-email"),
        (["--url", "http://127.0.0.1:9", "--api-key", "k", "--adapter", "nowhere"], "choose one of agentport"),
        (["--tool", "sometimes=a/b"], "MODE=INTEGRATION/TOOL"),
        (["--probe-bind", "here"], "HOST:PORT"),
        (["--probe-integration", "mine"], "--probe-bind 127.0.0.1:4800"),
        (
            [
                "--url",
                "http://127.0.0.1:9",
                "--probe-integration",
                "p",
                "--probe-bind",
                "127.0.0.1:48001",
                "--tool",
                "allow=p/acts",
            ],
            "the probe has tools act_001 to act_120, and no acts",
        ),
        (["--url", "http://127.0.0.1:9", "--human-email", "a@b.example", "--human-totp-file", "/no/such"], "/no/such"),
        (["--requirements", "1999-01"], "2026-11"),
        (["--select", "GW9"], "no rule has an id"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_starts(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGENTPORT_API_KEY", raising=False)
    monkeypatch.delenv("AGENTPORT_HUMAN_PASSWORD", raising=False)
    if "--human-totp-file" in arguments:
        monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", "a password")

    assert main(["gateway", *arguments]) == 2
    assert words in capsys.readouterr().err


@contextmanager
def strange(answer: bytes) -> Iterator[str]:
    """A server that gives every request the same bytes."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>", "not an MCP endpoint"),
        (b"HTTP/1.1 307 Moved\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n", "redirects"),
        (b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", "refused the API key"),
        (b"SSH-2.0-something\r\n", "no HTTP answer"),
    ],
)
def test_what_is_no_gateway_is_said_in_a_sentence(
    answer: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with strange(answer) as url:
        assert main(["gateway", "--url", url, "--api-key", "a key that nobody may see"]) == 3

    said = capsys.readouterr().err
    assert words in said
    assert "nobody may see" not in said


def test_a_key_that_was_forgotten_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGENTPORT_API_KEY", raising=False)
    with strange(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n") as url:
        assert main(["gateway", "--url", url]) == 3

    said = capsys.readouterr().err
    assert "asks for an API key (401)" in said
    assert "--api-key or AGENTPORT_API_KEY" in said


def test_nothing_at_the_address_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gateway", "--url", "http://127.0.0.1:9", "--api-key", "k"]) == 3
    assert "nothing answers" in capsys.readouterr().err


def test_explain_tells_what_a_check_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "GW304"]) == 0
    assert "decide, probe" in capsys.readouterr().out
