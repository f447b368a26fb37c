"""The other pages: integrations, tools and policies, keys, the log and settings, each used as a person would."""

from __future__ import annotations

import json
import re
import socket
import tomllib
from typing import TYPE_CHECKING

import pytest

from agentport_gateway.domain.client_setups import client_setups
from agentport_gateway.surfaces.web import tools
from agentport_harness.cli.main import main
from tests.gateway.web.people import asked, member
from tests.gateway.web.test_signing_in import code_at, with_second_factor
from tests.gateway.world import CALL, World, ask, facts, recording_upstream, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.web.people import HtmlForm, Screen

pytestmark = pytest.mark.anyio


def form_for(seen: Screen, action: str, **fields: str) -> HtmlForm:
    return next(
        form
        for form in seen.forms
        if form.action == action and all(form.fields.get(name) == value for name, value in fields.items())
    )


# --- integrations


async def test_an_mcp_server_is_added_installed_used_uninstalled_and_removed(world: World) -> None:
    async with recording_upstream() as upstream, member(world) as person, world.agent() as agent:
        form = (await person.open("/integrations/add-server")).form("/integrations/add-server")
        seen = await person.submit(form, name="My Probe", url=upstream.url, description="Tries things")
        assert "Install it to use its tools" in seen.text
        seen = await person.submit(
            form_for(seen, "/integrations/install", integration_id="my_probe", auth_method="none")
        )
        assert "Installed." in seen.text
        assert facts(await agent.call_tool(CALL, ask("act", "my_probe")))["outcome"] == "approval_required"
        seen = await person.submit(form_for(seen, "/integrations/uninstall", integration_id="my_probe"))
        assert "Uninstalled." in seen.text
        assert "Waiting for you Nothing waits" in (await person.open("/approvals")).text
        seen = await person.submit(form_for(seen, "/integrations/remove", integration_id="my_probe"))
        assert "My Probe" not in seen.text


async def test_who_has_nothing_to_try_is_given_a_shop_that_pretends(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, demo=False) as world, member(world) as person, world.agent() as agent:
        seen = await person.submit((await person.open("/integrations")).form("/integrations/demo-shop"))
        assert "Installed, to try things out with" in seen.text
        assert [form.action for form in seen.forms].count("/integrations/demo-shop") == 0
        assert (
            facts(await agent.call_tool(CALL, ask("refund", "demo_shop", order="1")))["outcome"] == "approval_required"
        )
        form = form_for(seen, "/integrations/uninstall", integration_id="demo_shop")
        assert "Uninstalled" in (await person.submit(form)).text
        again = await person.submit((await person.open("/integrations")).form("/integrations/demo-shop"))
        await person.submit(form_for(again, "/integrations/uninstall", integration_id="demo_shop"))
        removing = form_for(await person.open("/integrations"), "/integrations/remove", integration_id="demo_shop")
        assert "Removed" in (await person.submit(removing)).text
        async with member(world, world.second) as stranger:
            assert "Demo shop" not in (await stranger.open("/integrations")).text


async def test_a_server_at_a_private_address_is_refused_with_the_way_to_allow_it(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, allow_upstreams=()) as world, member(world) as person:
        await world.install("Probe", "http://127.0.0.1:9/mcp")
        assert "which AGENTPORT_ALLOW_UPSTREAMS does not allow" in (await person.open("/tools/probe")).text


async def test_a_token_that_does_not_work_is_not_kept(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/integrations/add-server")).form("/integrations/add-server")
        seen = await person.submit(form, name="Dead", url="http://127.0.0.1:9/mcp")
        install = form_for(seen, "/integrations/install", integration_id="dead", auth_method="token")
        seen = await person.submit(install, token="secret-token-1")
        assert (seen.status, "Not installed" in seen.text) == (422, True)
        assert "secret-token-1" not in seen.answer.text
        assert (await person.submit(install, integration_id="unheard-of")).status == 404
        assert (await person.submit(form_for(seen, "/integrations/uninstall"), integration_id="dead")).status == 404


async def test_a_rest_api_is_added_from_the_example(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/integrations/add-api")).form("/integrations/add-api")
        seen = await person.submit(form, name="Shop API", base_url="https://shop.example/api")
        assert "Shop API" in seen.text
        seen = await person.submit(
            form_for(seen, "/integrations/install", integration_id="shop_api", auth_method="none")
        )
        assert "get_order" in (await person.open("/tools/shop_api")).text
        again = await person.submit(form, name="Shop API", base_url="https://shop.example/api")
        assert (again.status, "already" in again.text) == (409, True)


BAD_APIS = (
    ({"base_url": "ftp://x"}, "expected an http or https URL"),
    ({"tools": "[{}]"}, "1.name: Field required"),
    ({"tools": "[{]"}, "Not taken"),
    ({"tools": "[]"}, "at least 1 item"),
    ({"name": ""}, "at least 1 character"),
    ({"token_format": "no placeholder"}, "match pattern"),
)


async def test_what_is_wrong_with_an_api_is_said_beside_it(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/integrations/add-api")).form("/integrations/add-api")
        for change, words in BAD_APIS:
            seen = await person.submit(form, **{"name": "Shop API", "base_url": "https://shop.example", **change})
            assert (seen.status, words.lower() in seen.text.lower()) == (422, True), change


async def test_the_catalogue_can_be_searched(world: World) -> None:
    async with member(world) as person:
        seen = await person.open("/integrations?q=refunds+stripe")
        assert {form.fields["integration_id"] for form in seen.forms if form.action.endswith("/install")} == {"stripe"}
        assert "Nothing fits" in (await person.open("/integrations?q=zzz")).text


# --- tools and policies


async def test_a_mode_is_set_and_in_force(world: World) -> None:
    async with member(world) as person, world.agent() as agent:
        form = (await person.open("/tools/demo/tool?name=refund")).form("/tools/demo/mode")
        assert form.fields["mode"] == "require_approval"
        assert "Saved." in (await person.submit(form, mode="deny")).text
        assert facts(await agent.call_tool(CALL, ask()))["outcome"] == "denied_by_policy"
        await person.submit(form, mode="allow")
        assert facts(await agent.call_tool(CALL, ask()))["outcome"] == "executed"
        assert (await person.submit(form, mode="sometimes")).status == 422
        assert (await person.open("/tools/unknown/tool?name=x")).path == "/tools"


async def test_a_rule_is_made_tried_switched_off_and_removed(world: World) -> None:
    async with member(world) as person:
        page = "/tools/demo/tool?name=refund"
        form = (await person.open(page)).form("/tools/demo/rules")
        given = {"param_1": "order", "operator_1": "starts_with", "values_1": "11\n12\n", "effect": "deny"}
        seen = await person.submit(form, **given, priority="5")
        assert "When order starts with 11 or 12: deny" in seen.text
        attempt = seen.form("/tools/demo/try")
        tried = await person.submit(attempt, arguments='{"order": "1182"}')
        assert "deny because of the rule: When order starts with 11 or 12" in tried.text
        assert "ask by default" in (await person.submit(attempt, arguments='{"order": "99"}')).text
        change = form_for(seen, "/tools/demo/rules/change")
        off = await person.submit(change, change="off")
        assert "switched off" in off.text
        assert "ask by default" in (await person.submit(attempt, arguments='{"order": "1182"}')).text
        assert "switched off" not in (await person.submit(change, change="on")).text
        gone = await person.submit(change, change="remove")
        assert "The rule was removed." in gone.text
        assert (await person.submit(change, change="remove")).status == 404


UNCLEAR = (
    ({"param_1": "order", "values_1": ""}, "needs a parameter and at least one value"),
    ({"values_1": "x"}, "needs a parameter and at least one value"),
    ({"param_1": "order", "values_1": "x", "priority": "high"}, "a whole number"),
    ({"param_1": "order", "values_1": "x", "effect": "maybe"}, "Choose what the rule does"),
    ({"param_1": "order", "values_1": "x\n" * 101}, "at most 100 values"),
)


async def test_a_rule_that_says_nothing_clear_is_not_kept(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/tools/demo/tool?name=refund")).form("/tools/demo/rules")
        for fields, words in UNCLEAR:
            seen = await person.submit(form, **{"operator_1": "equals", "effect": "deny", **fields})
            assert (seen.status, words in seen.text) == (422, True), fields
    assert (await world.gateway.views.of(world.first.org_id)).rules == {}


async def test_the_try_it_box_says_what_it_does_not_understand(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/tools/demo/tool?name=refund")).form("/tools/demo/try")
        for typed in ("[1]", "{", '{"a": 1, "a": 2}', "NaN"):
            seen = await person.submit(form, arguments=typed)
            assert seen.status == 422, typed
            assert "Not understood" in seen.text or "a JSON object" in seen.text


async def test_letting_more_run_needs_the_second_factor_and_letting_less_does_not(world: World) -> None:
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
        seen = await person.open("/tools/demo/tool?name=refund")
        mode, rules = seen.form("/tools/demo/mode"), seen.form("/tools/demo/rules")
        assert (await person.submit(mode, mode="allow")).status == 403
        assert (await person.submit(mode, mode="deny")).status == 200
        assert (await person.submit(rules, effect="allow", priority="1")).status == 403
        seen = await person.submit(rules, effect="deny", priority="1")
        change = form_for(seen, "/tools/demo/rules/change")
        assert (await person.submit(change, change="off")).status == 403
        assert (await person.submit(change, change="remove")).status == 403
        code = code_at(secret, world.clock.now())
        assert (await person.submit(change, change="remove", totp_code=code)).status == 200
        world.clock.move(minutes=1)
        code = code_at(secret, world.clock.now())
        assert (await person.submit(mode, mode="allow", totp_code=code)).status == 200


@pytest.mark.parametrize("listens", [False, True])
async def test_an_integration_that_does_not_answer_leaves_the_page_usable(
    world: World, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    monkeypatch.setattr(tools, "_PATIENCE_SECONDS", 0.5)
    # Held while the test runs, so that nobody else answers at this port: it refuses, or takes calls and stays silent.
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        if listens:
            held.listen()
        integration = await world.install("Probe", f"http://127.0.0.1:{held.getsockname()[1]}/mcp")
        await world.set_mode(integration, "act", "deny")
        async with member(world) as person:
            seen = await person.open("/tools")
            assert "Its tools cannot be listed just now" in seen.text
            assert "act deny" in seen.text
            assert "Demo shop" in seen.text
            assert "cannot be reached just now" in (await person.open(f"/tools/{integration}/tool?name=act")).text


# --- keys and clients


async def test_a_key_is_made_shown_once_used_and_revoked(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/connect")).form("/connect/keys")
        assert (await person.submit(form, name="  ")).status == 422
        seen = await person.submit(form, name="Codex on my laptop")
        found = re.search(r'id="fresh-key"[^>]*><code>(ap_[\w-]{43})<', seen.answer.text)
        assert found is not None
        assert f"export AGENTPORT_API_KEY={found[1]}" in seen.text
        assert found[1] not in (await person.open("/connect")).answer.text
        agent = {"X-API-Key": found[1]}
        assert (await world.http.get("/api/installed", headers=agent)).status_code == 200
        seen = await person.open("/connect")
        assert "never" not in seen.text.partition("Codex on my laptop")[2][:80]
        key_id = re.search(rf'{found[1][:12]}.*?name="key_id" value="([^"]+)"', seen.answer.text, re.DOTALL)
        assert key_id is not None
        revoke = form_for(seen, "/connect/keys/revoke", key_id=key_id[1])
        assert (await person.submit(revoke)).status == 200
        assert (await world.http.get("/api/installed", headers=agent)).status_code == 401
        assert (await person.submit(revoke)).status == 404


def test_the_texts_for_clients_are_well_formed_and_say_what_each_client_reads() -> None:
    url = "https://gateway.example/mcp"
    setups = {setup.id: setup for setup in client_setups(url, "ap_secret")}
    assert list(setups) == ["codex", "claude-code", "cursor", "vs-code", "opencode", "gemini-cli"]
    codex = tomllib.loads(setups["codex"].steps[1].text)["mcp_servers"]["agentport"]
    assert codex["url"] == url
    assert codex["env_http_headers"] == {"X-API-Key": "AGENTPORT_API_KEY"}
    assert (codex["default_tools_approval_mode"], codex["required"]) == ("approve", True)
    _, command, rule, _ = (step.text for step in setups["claude-code"].steps)
    assert f"--transport http {url} --header 'X-API-Key: ${{AGENTPORT_API_KEY}}'" in command
    assert json.loads(rule) == {"permissions": {"allow": ["mcp__agentport__*"]}}
    places = {"cursor": 1, "vs-code": 0, "opencode": 1, "gemini-cli": 1}
    files = {name: json.loads(setups[name].steps[place].text) for name, place in places.items()}
    assert files["cursor"]["mcpServers"]["agentport"]["headers"] == {"X-API-Key": "${env:AGENTPORT_API_KEY}"}
    assert files["vs-code"]["servers"]["agentport"]["url"] == url
    assert files["opencode"]["mcp"]["agentport"]["type"] == "remote"
    assert files["gemini-cli"]["mcpServers"]["agentport"]["httpUrl"] == url
    assert "ap_secret" not in json.dumps(files)
    exported = {setup.id for setup in setups.values() if setup.steps[0].text == "export AGENTPORT_API_KEY=ap_secret"}
    assert exported == set(setups) - {"vs-code"}
    signing_in = {
        name: [step.text for step in setup.without_key] for name, setup in setups.items() if setup.without_key
    }
    assert list(signing_in) == ["codex", "claude-code"]
    keyless = tomllib.loads(signing_in["codex"][0])["mcp_servers"]["agentport"]
    assert {**keyless, "env_http_headers": codex["env_http_headers"]} == codex
    assert "KEY" not in json.dumps(signing_in)
    assert signing_in["claude-code"][0] in command.partition(" --header")[0] + " && claude mcp login agentport"
    assert "ap_your_key" in client_setups(url, None)[0].steps[0].text


@pytest.mark.parametrize(
    ("setup_id", "client"),
    [
        ("codex", "codex"),
        ("claude-code", "claude-code"),
        ("cursor", "cursor"),
        ("vs-code", "vscode"),
        ("opencode", "opencode"),
        ("gemini-cli", "gemini"),
    ],
)
def test_the_doctor_finds_nothing_wrong_with_a_client_that_was_set_up_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setup_id: str, client: str
) -> None:
    url, key = "http://127.0.0.1:4747/mcp", "ap_" + "k" * 43
    monkeypatch.setenv("AGENTPORT_API_KEY", key)
    (tmp_path / "project").mkdir()
    setup = next(one for one in client_setups(url, key) if one.id == setup_id)
    for step in setup.steps:
        if step.where.startswith(("~/", ".vscode")):
            path = (
                tmp_path / step.where.replace("~/", "") if step.where[0] == "~" else tmp_path / "project" / step.where
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
            path.chmod(0o600)
    if setup_id == "claude-code":
        # What its own command writes.
        server = {"type": "http", "url": url, "headers": {"X-API-Key": "${AGENTPORT_API_KEY}"}}
        path = tmp_path / ".claude.json"
        path.write_text(json.dumps({"mcpServers": {"agentport": server}}), encoding="utf-8")
        path.chmod(0o600)
    options = ["--offline", "--home", str(tmp_path), "--project", str(tmp_path / "project"), "--client", client]
    # The skills come from the network: that they are missing is all that may be found.
    assert main(["doctor", *options, "--strict", "--ignore", "DR501"]) == 0


# --- the log


async def test_the_log_is_filtered_and_tells_one_calls_whole_life(world: World) -> None:
    async with world.agent() as agent, member(world) as person:
        await agent.call_tool(CALL, {**ask("lookup", order="1"), "additional_info": "Looking first"})
        request_id = await asked(world, "Refund it", order="2", password="hunter2")
        await person.decide(request_id, "approve_once")
        world.clock.move(seconds=3)
        await agent.call_tool("agentport__await_approval", {"request_id": request_id})
        seen = await person.open("/logs?tool_name=refund&outcome=executed&since=2026-11-22&until=2026-11-22")
        links = re.findall(r'href="(/logs/[0-9a-f-]{36})"', seen.answer.text)
        assert len(links) == 1
        one = await person.open(links[0])
        for words in ("called over MCP by one agent", "approved once by one@example.org", "ran, 3.000 seconds after"):
            assert words in one.text
        assert "hunter2" not in one.answer.text
        assert "Refund it" in one.text
        assert "No call fits" in (await person.open("/logs?since=2030-01-01")).text
        assert "Looking first" in (await person.open("/logs?since=nonsense&outcome=nonsense&page=x")).text
        assert (await person.open("/logs/00000000-0000-4000-8000-000000000000")).status == 404
        async with member(world, world.second) as stranger:
            assert (await stranger.open(links[0])).status == 404
            assert "Nothing was called yet" in (await stranger.open("/logs")).text


async def test_the_log_can_be_taken_away_as_json_lines(world: World) -> None:
    await asked(world, order="1")
    async with member(world) as person:
        answer = await person.http.get("/logs/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="agentport-log.jsonl"'
    assert [json.loads(line)["tool_name"] for line in answer.text.splitlines()] == ["refund"]


# --- settings


async def test_the_expiry_is_set_and_taken_back(world: World) -> None:
    async with member(world) as person:
        form = (await person.open("/settings")).form("/settings/expiry")
        assert "Saved." in (await person.submit(form, minutes="1440")).text
        request_id = await asked(world, order="1")
        assert 'data-seconds-left="86400"' in (await person.open(f"/approve/{request_id}")).answer.text
        for wrong in ("0", "1441", "ten", "-5", "1.5"):
            assert (await person.submit(form, minutes=wrong)).status == 422
        await person.submit(form, minutes="")
        assert (await world.gateway.views.of(world.first.org_id)).expiry_minutes is None
