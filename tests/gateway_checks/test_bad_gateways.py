"""`gateway` against servers that are none, or turn into none: a sentence and exit 3, or verdicts, in bounded time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agentport_harness.cli.main import main
from agentport_harness.transports import mcp
from tests.serving import served

COMPLETE = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
DISCOVERED = {
    **COMPLETE,
    "supportedVersions": ["2026-07-28"],
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "x", "version": "1"},
}
LISTED = ["--select", "GW201,GW202", "--protocol", "2026-07-28", "--format", "json"]
Answer = Callable[[str, Any], bytes | Iterator[bytes]]


def result(id_: Any, told: Any) -> bytes:
    """An HTTP answer with a JSON-RPC result."""
    body = json.dumps({"jsonrpc": "2.0", "id": id_, "result": told}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that gives each message's method and id what it likes; then it hangs up."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0)
            asked = json.loads(await reader.readexactly(size) or b"{}")
            said = answer(asked.get("method", ""), asked.get("id"))
            for part in [said] if isinstance(said, bytes) else said:
                writer.write(part)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has had enough
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def streams_for_ever(_method: str, _id: Any) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    while True:
        time.sleep(0.01)
        yield b": still here\n\n"


def a_hundred_megabytes(method: str, _id: Any) -> bytes | Iterator[bytes]:
    if method == "ping":
        return result(0, {})
    size = 100 * 1024 * 1024
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % size
    return iter([head, *[b"x" * 1024 * 1024] * 100])


def ends_in_the_middle(method: str, _id: Any) -> bytes:
    if method == "ping":
        return result(0, {})
    return b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"jsonrpc"'


def answers_something_else(method: str, _id: Any) -> bytes:
    return result(0 if method == "ping" else 999, DISCOVERED)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (streams_for_ever, "no MCP session could be opened within"),
        (a_hundred_megabytes, "no MCP session could be opened"),
        (ends_in_the_middle, "no MCP session could be opened"),
        (answers_something_else, "no MCP session could be opened within"),
    ],
)
def test_a_server_that_opens_no_session_is_said_in_a_sentence(
    answer: Answer, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp, "OPEN_TIMEOUT", 2.0)
    with serving(answer) as url:
        assert main(["gateway", "--url", url, "--api-key", "k", "--protocol", "legacy"]) == 3

    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    told = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(told)
    return context


def test_a_certificate_that_nobody_vouches_for_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answers_something_else, self_signed(tmp_path)) as url:
        assert main(["gateway", "--url", url, "--api-key", "k"]) == 3

    assert "certificate verify failed" in capsys.readouterr().err


def test_tls_where_none_is_spoken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answers_something_else) as url:
        assert main(["gateway", "--url", url.replace("http:", "https:"), "--api-key", "k"]) == 3

    assert url.removeprefix("http") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ({"tools": "all of them"}, "no list of tools: tools: Input should be a valid list"),
        ({"tools": [{"name": 5}]}, "no list of tools: tools.0"),
        ({"tools": [], "nextCursor": "again"}, "tools/list has no end: 3 pages"),
    ],
)
def test_lies_in_the_list_of_tools_are_findings_and_no_fault_of_the_harness(
    listed: Any, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp, "MOST_PAGES", 3)

    def answer(method: str, id_: Any) -> bytes:
        told = {"tools/list": {**COMPLETE, **listed}, "server/discover": DISCOVERED}
        return result(id_, told.get(method, {**COMPLETE, "content": []}))

    with serving(answer) as url:
        assert main(["gateway", "--url", url, "--api-key", "k", *LISTED]) == 1

    verdicts = json.loads(capsys.readouterr().out)["sessions"][0]["verdicts"]
    (finding,) = next(one["findings"] for one in verdicts if one["rule"] == "GW201")
    assert finding["message"] == "the gateway sends no list of its tools"
    assert words in finding["evidence"]


def test_tools_on_later_pages_are_seen(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def answer(method: str, id_: Any) -> bytes:
        asked.append(method)
        more = {"nextCursor": "more"} if asked.count("tools/list") == 1 else {}
        name = "agentport__describe_tool" if not more else "agentport__call_tool"
        listed = {**COMPLETE, "tools": [{"name": name, "inputSchema": {"type": "object"}}], **more}
        told = {"tools/list": listed, "server/discover": DISCOVERED}
        return result(id_, told.get(method, {**COMPLETE, "content": []}))

    with serving(answer) as url:
        main(["gateway", "--url", url, "--api-key", "k", *LISTED, "--select", "GW202"])

    verdicts = {one["rule"]: one for one in json.loads(capsys.readouterr().out)["sessions"][0]["verdicts"]}
    assert "describe_tool" not in verdicts["GW202"]["reason"]


def test_a_wrong_password_is_said_and_never_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", "this is not it")
    with served(tmp_path) as gateway:
        told = gateway.told
        code = main(
            ["gateway", "--url", told["mcp_url"], "--api-key", told["api_key"], "--human-email", told["human"]["email"]]
        )

    said = capsys.readouterr().err
    assert code == 3
    assert "refused the human's sign-in (401)" in said
    assert "--human-password-env" in said
    assert "this is not it" not in said


def test_a_run_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    with served(tmp_path) as gateway:
        told = gateway.told
        human = httpx2.Client(base_url=told["base_url"], trust_env=False)
        signed_in = human.post(
            "/api/auth/token", data={"username": told["human"]["email"], "password": told["human"]["password"]}
        ).json()
        human.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        run = subprocess.Popen(
            [sys.executable, "-m", "agentport_harness", "gateway", "--ready-file", str(gateway.ready_file),
             "--select", "GW304,GW308,GW312,GW403"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ), start_new_session=True,
        )  # fmt: skip
        try:
            end = time.monotonic() + 60
            while '"pending"' not in human.get("/api/tool-approvals/requests?status=pending").text:
                assert time.monotonic() < end, "nothing was set up"
                assert run.poll() is None
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=60)
        finally:
            run.kill()
        pending = human.get("/api/tool-approvals/requests?status=pending").json()
        installed = human.get("/api/installed").text
        expiry = human.get("/api/org-settings").json()
        human.close()

    assert run.returncode == 130
    assert b"Traceback" not in out + err
    assert "probe-" not in installed
    assert pending == []
    assert None in expiry.values()
