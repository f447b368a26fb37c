"""What the gateway answers to the client's own request is part of the examination."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from agentport_harness.transports import endpoint
from tests.doctor.homes import KEY, URL, Home, doctor, found, home_with, messages, write
from tests.doctor.stubs import Stub, stub
from tests.serving import Served


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


def _at(root: Path, client: str, url: str) -> Home:
    home = home_with(root, client)
    home.replace(URL, url)
    return home


@pytest.mark.parametrize("client", ["codex", "claude-code", "cursor", "opencode", "gemini"])
def test_a_gateway_that_answers_well_is_told_with_revision_and_tools(
    client: str,
    gateway: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", gateway.told["api_key"])
    home = _at(tmp_path, client, gateway.told["mcp_url"])

    code, report, printed = doctor(capsys, home, "--online", "--strict")

    assert (code, found(report, home)) == (0, [])
    assert "speaks 2025-11-25, 11 tools" in report["sessions"][0]["warnings"][-1]
    assert gateway.told["api_key"] not in printed


def test_the_gateway_says_how_long_it_holds_an_await(
    gateway: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", gateway.told["api_key"])
    home = _at(tmp_path, "codex", gateway.told["mcp_url"])
    home.replace("tool_timeout_sec = 300", "tool_timeout_sec = 60")

    _, unasked, _ = doctor(capsys, home, "--offline")
    _, asked, _ = doctor(capsys, home, "--online")

    assert [rule for rule, _, _ in found(unasked, home)] == ["DR306"]
    assert found(asked, home) == []


def test_a_key_that_the_gateway_refuses_is_named_at_its_line(
    gateway: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = _at(tmp_path, "codex", gateway.told["mcp_url"])

    code, report, printed = doctor(capsys, home, "--online")

    assert (code, found(report, home)) == (1, [("DR401", ".codex/config.toml", home.line("env_http_headers"))])
    assert "the gateway refuses the key (401): The credential is no API key" in messages(report, "DR401")[0]["message"]
    assert KEY not in printed


def test_the_headers_table_of_the_docs_is_why_the_tools_are_missing(
    gateway: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = _at(tmp_path, "codex", gateway.told["mcp_url"])
    home.replace('env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }\n', "")
    with home.config.open("a") as file:
        file.write(f'[mcp_servers.agentport.headers]\nX-API-Key = "{gateway.told["api_key"]}"\n')

    _, before, _ = doctor(capsys, home, "--online")
    code, after, printed = doctor(capsys, home, "--online", "--fix", "--yes")

    assert [rule for rule, _, _ in found(before, home)] == ["DR204"]
    assert (code, found(after, home)) == (0, [])
    assert gateway.told["api_key"] not in printed


def test_a_gateway_that_takes_the_key_under_the_other_header_alone_is_found_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stub(lambda sent: (400, {}, "{}") if sent.get("x-api-key") == KEY else (401, {}, "{}")) as server:
        home = _at(tmp_path, "codex", server.url)
        home.replace('env_http_headers = { "X-API-Key" =', "bearer_token_env_var =")
        home.replace('"AGENTPORT_API_KEY" }', '"AGENTPORT_API_KEY"')
        _, report, _ = doctor(capsys, home, "--online")

    assert "takes this key as X-API-Key, and not as Bearer" in messages(report, "DR401")[0]["message"]


def test_a_redirect_is_told_and_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        stub(lambda _: (400, {}, "{}")) as there,
        stub(lambda _: (307, {"Location": there.url}, "")) as here,
    ):
        home = _at(tmp_path, "codex", here.url)
        _, report, _ = doctor(capsys, home, "--online", "--fix", "--yes")

    assert found(report, home) == [("DR402", ".codex/config.toml", 5)]
    assert messages(report, "DR402")[0]["expected"] == there.url
    assert there.requests == []


@pytest.mark.parametrize("status", [200, 404, 502])
def test_what_is_no_endpoint_is_called_that(status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with stub(lambda _: (status, {"Content-Type": "text/html"}, "<html>")) as server:
        home = _at(tmp_path, "codex", server.url)
        code, report, _ = doctor(capsys, home, "--online")

    assert (code, found(report, home)) == (1, [("DR403", ".codex/config.toml", 5)])


def test_an_endpoint_that_answers_in_riddles_costs_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stub(lambda _: (200, {}, '{"jsonrpc": "2.0", "id": "\\ud800", "result": [[]]}')) as server:
        home = _at(tmp_path, "codex", server.url)
        code, report, _ = doctor(capsys, home, "--online")

    assert (code, found(report, home)) == (1, [("DR403", ".codex/config.toml", 5)])


def test_a_gateway_that_is_not_there_is_exit_code_3_and_the_files_are_examined_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = _at(tmp_path, "codex", "http://127.0.0.1:9/mcp")
    home.replace("required = true\n", "")

    code, report, _ = doctor(capsys, home, "--online")

    assert code == 3
    assert [rule for rule, _, _ in found(report, home)] == ["DR112"]
    assert report["sessions"][1]["problem"]["at"] == "http://127.0.0.1:9/mcp"


def test_a_gateway_that_never_answers_costs_bounded_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "ANSWER_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        home = _at(tmp_path, "codex", f"http://127.0.0.1:{silent.getsockname()[1]}/mcp")
        began = time.monotonic()
        code, report, _ = doctor(capsys, home, "--online")

    assert code == 3
    assert time.monotonic() - began < 20
    assert "no answer within" in report["sessions"][1]["problem"]["message"]


def _project(home: Home, server: Stub) -> None:
    """A project whose own file names an address, in a home without an entry."""
    write(home.project / ".cursor/mcp.json", home.config.read_text().replace(URL, server.url))
    home.config.unlink()


def test_a_strangers_project_does_not_get_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with stub(lambda _: (200, {}, "{}")) as server:
        home = home_with(tmp_path, "cursor")
        _project(home, server)
        _, report, _ = doctor(capsys, home, "--online")

    assert server.requests == []
    assert "a project's file names the address" in report["sessions"][0]["warnings"][-1]


def test_the_project_is_asked_when_the_address_is_named_by_you(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stub(lambda _: (401, {}, "{}")) as server:
        home = home_with(tmp_path, "cursor")
        _project(home, server)
        _, report, _ = doctor(capsys, home, "--online", "--url", server.url)

    assert server.requests[0]["x-api-key"] == KEY
    assert [rule for rule, _, _ in found(report, home)] == ["DR401"]


def test_a_key_is_not_sent_in_clear_over_a_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = _at(tmp_path, "codex", "http://192.0.2.1/mcp")

    code, report, _ = doctor(capsys, home, "--online")

    assert code == 0
    assert found(report, home) == [("DR203", ".codex/config.toml", 5)]
    assert "in clear" in report["sessions"][0]["warnings"][-1]


@pytest.mark.parametrize(
    ("oauth", "ids"), [(True, {"DR205"}), (False, {"DR205", "DR401"})], ids=["sign-in offered", "keys only"]
)
def test_an_entry_without_a_key_is_refused_unless_a_sign_in_is_offered(
    oauth: bool, ids: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge = {"WWW-Authenticate": 'Bearer resource_metadata="http://h/.well-known"'} if oauth else {}
    with stub(lambda _: (401, challenge, '{"detail": "who is asking?"}')) as server:
        home = _at(tmp_path, "codex", server.url)
        home.replace('env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }\n', "")
        _, report, _ = doctor(capsys, home, "--online")

    assert {rule for rule, _, _ in found(report, home)} == ids


def test_a_variable_that_is_not_set_is_named_and_nothing_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGENTPORT_API_KEY")
    with stub(lambda _: (401, {}, "{}")) as server:
        home = _at(tmp_path, "codex", server.url)
        _, report, _ = doctor(capsys, home, "--online")

    assert found(report, home) == [("DR209", ".codex/config.toml", home.line("env_http_headers"))]
    assert server.requests == []
