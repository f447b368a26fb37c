"""What the organisation, the machine and the environment say of a server counts as it does for the client itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentport_harness.core.verdict import Finding
from agentport_harness.runner.catalogue import setup_checks
from agentport_harness.runner.doctor import Examination, Wishes
from agentport_harness.runner.doctor import doctor as examine
from agentport_harness.setups.reading import Surroundings
from tests.doctor.homes import CLAUDE, CODEX, KEY, OPENCODE, URL, Home, home_with, write

OTHER = "https://other.agentport.sh/mcp"


@dataclass
class Machine:
    """A home on a machine whose own files lie below ``etc``."""

    home: Home
    etc: Path
    environment: dict[str, str] = field(default_factory=dict)

    def examined(self, *, inside: str = "") -> Examination:
        project = self.home.project
        folders = [project / inside, project] if inside else [project]
        around = Surroundings(
            home=str(self.home.folder), projects=tuple(map(str, folders)), system="linux",
            environment={"AGENTPORT_API_KEY": KEY, "PATH": "", **self.environment}, machine=str(self.etc.parent),
        )  # fmt: skip
        wishes = Wishes(names=(self.home.client,), offline=True, versions={})
        return examine(around, wishes, setup_checks())

    def findings(self, rule: str, **how: str) -> list[Finding]:
        (report,) = self.examined(**how).run.sessions
        return [found for verdict in report.verdicts if verdict.rule == rule for found in verdict.findings]

    def broken(self, **how: str) -> set[str]:
        (report,) = self.examined(**how).run.sessions
        assert [verdict for verdict in report.verdicts if verdict.status == "error"] == []
        return {verdict.rule for verdict in report.verdicts if verdict.findings}


@pytest.fixture
def claude(tmp_path: Path) -> Machine:
    return Machine(home_with(tmp_path, "claude-code"), tmp_path / "machine" / "etc")


@pytest.fixture
def codex(tmp_path: Path) -> Machine:
    return Machine(home_with(tmp_path, "codex"), tmp_path / "machine" / "etc")


@pytest.fixture
def gemini(tmp_path: Path) -> Machine:
    return Machine(home_with(tmp_path, "gemini"), tmp_path / "machine" / "etc")


@pytest.fixture
def opencode(tmp_path: Path) -> Machine:
    return Machine(home_with(tmp_path, "opencode"), tmp_path / "machine" / "etc")


def test_beside_the_organisations_servers_ones_own_entry_has_no_effect(claude: Machine) -> None:
    managed = write(claude.etc / "claude-code/managed-mcp.json", '{"mcpServers": {}}')

    (found,) = claude.findings("DR108")

    assert claude.broken() == {"DR108"}
    assert (found.place.path, found.place.line) == (str(claude.home.config), claude.home.line('"agentport"'))
    assert f"takes servers from {managed} alone" in found.message


def test_an_entry_among_the_organisations_servers_is_the_one_in_force(claude: Machine) -> None:
    managed = write(claude.etc / "claude-code/managed-mcp.json", CLAUDE.replace("/mcp", "/m"))

    (found,) = claude.findings("DR202")
    (beaten,) = claude.findings("DR110")

    assert found.place.path == str(managed)
    assert claude.examined().cures == ()
    assert f"takes servers from {managed} alone" in beaten.message


def test_where_only_the_organisation_has_servers_and_none_is_the_gateway_no_entry_is_proposed(claude: Machine) -> None:
    managed = write(claude.etc / "claude-code/managed-mcp.json", '{"mcpServers": {"other": {"command": "x"}}}')
    write(claude.home.config, "{}")

    (found,) = claude.findings("DR102")

    assert found.place.path == str(managed)
    assert claude.examined().cures == ()


def test_a_broken_file_of_the_organisation_keeps_ones_own_servers_out_all_the_same(claude: Machine) -> None:
    write(claude.etc / "claude-code/managed-mcp.json", '{"mcpServers": ')

    assert claude.broken() == {"DR101", "DR108"}


@pytest.mark.parametrize(
    ("settings", "barred"),
    [
        ({"deniedMcpServers": [{"serverName": "agentport"}]}, True),
        ({"deniedMcpServers": [{"serverUrl": "https://*.agentport.sh/*"}]}, True),
        ({"deniedMcpServers": [{"serverUrl": "https://app.agentport.s?/mcp"}]}, False),
        ({"deniedMcpServers": [{"serverName": "other"}, {"serverCommand": ["x"]}]}, False),
        ({"deniedMcpServers": ["agentport", {"serverUrl": 1}]}, False),
        ({"allowedMcpServers": []}, True),
        ({"allowedMcpServers": [{"serverName": "other"}]}, True),
        ({"allowedMcpServers": [{"serverName": "agentport"}]}, False),
        ({"allowedMcpServers": [{"serverUrl": "https://app.agentport.sh/*"}]}, False),
        ({"allowedMcpServers": [{"serverName": "agentport"}, {"serverUrl": "https://x/*"}]}, True),
        ({"disabledMcpServers": ["agentport"]}, False),
        ({"disabledMcpjsonServers": ["agentport"]}, False),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("place", ["managed-settings.json", "managed-settings.d/10-servers.json"])
def test_a_list_of_the_organisation_may_bar_the_server(
    place: str, settings: dict[str, object], barred: bool, claude: Machine
) -> None:
    path = write(claude.etc / "claude-code" / place, json.dumps(settings))

    found = claude.findings("DR108")

    assert [each.place.path for each in found] == ([str(path)] if barred else [])
    assert claude.examined().cures == ()


def test_lists_of_ones_own_do_not_count_where_the_organisations_alone_do(claude: Machine) -> None:
    claude.home.replace("{\n", '{"allowedMcpServers": [{"serverName": "agentport"}],\n', ".claude/settings.json")
    settings = write(claude.etc / "claude-code/managed-settings.json", '{"allowedMcpServers": []}')
    before = claude.broken()
    settings.write_text('{"allowedMcpServers": [], "allowManagedMcpServersOnly": true}')

    assert (before, claude.broken()) == (set(), {"DR108"})


def test_a_server_switched_off_for_this_project_is_found(claude: Machine) -> None:
    state = json.dumps({str(claude.home.project): {"disabledMcpServers": ["agentport"]}})
    claude.home.replace('"numStartups": 3,', f'"projects": {state},')

    (found,) = claude.findings("DR108")

    assert found.message == "disabledMcpServers switches the server off"
    assert len(claude.examined().cures) == 1


def test_a_key_in_the_organisations_file_is_not_for_the_user_to_hide(claude: Machine) -> None:
    path = write(claude.etc / "claude-code/managed-mcp.json", CLAUDE.replace("${AGENTPORT_API_KEY}", KEY))
    path.chmod(0o644)

    assert "DR212" not in claude.broken()


def test_codex_reads_the_machines_configuration_below_ones_own_and_the_managed_one_above(codex: Machine) -> None:
    codex.home.replace("tool_timeout_sec = 300\n", "")
    write(codex.etc / "codex/config.toml", "[mcp_servers.agentport]\ntool_timeout_sec = 10\n")
    machine = codex.findings("DR306")
    managed = write(codex.etc / "codex/managed_config.toml", f'[mcp_servers.agentport]\nurl = "{OTHER}"\n')
    (overruled,) = codex.findings("DR110")

    assert [found.place.path for found in machine] == [str(codex.etc / "codex/config.toml")]
    assert overruled.message == f"url has no effect: the managed configuration sets it too, at {managed}:2"
    assert codex.examined().cures == ()


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("mcp_servers = {}", "has no such server"),
        (f'[mcp_servers.other.identity]\nurl = "{URL}"', "has no such server"),
        (f'[mcp_servers.agentport.identity]\nurl = "{OTHER}"', f"has another address, {OTHER}"),
        (f'[mcp_servers.agentport.identity]\nurl = "{URL}"', ""),
        ('[mcp_servers.agentport.identity]\nurl = { match = "prefix", value = "https://" }', ""),
        ('allowed_sandbox_modes = ["read-only"]', ""),
    ],
)
def test_servers_that_the_organisation_does_not_admit_are_off_in_codex(limits: str, said: str, codex: Machine) -> None:
    path = write(codex.etc / "codex/requirements.toml", limits)

    found = codex.findings("DR108")

    assert [each.place.path for each in found] == ([str(path)] if said else [])
    assert all(said in each.message for each in found)


def test_gemini_takes_the_machines_entry_over_ones_own_and_its_defaults_below(gemini: Machine) -> None:
    path = write(gemini.etc / "gemini-cli/settings.json", gemini.home.config.read_text().replace(URL, OTHER))
    write(gemini.etc / "gemini-cli/system-defaults.json", gemini.home.config.read_text())

    found = gemini.findings("DR110")

    assert [each.place.path for each in found] == [
        str(gemini.home.config), str(gemini.etc / "gemini-cli/system-defaults.json"),
    ]  # fmt: skip
    assert f"Gemini CLI takes the managed entry of the same name, at {path}:4" in found[0].message


def test_gemini_may_be_told_of_another_home_and_other_files_of_the_machine(gemini: Machine, tmp_path: Path) -> None:
    named = write(tmp_path / "named.json", '{"mcp": {"excluded": ["agentport"]}}')
    gemini.environment = {"GEMINI_CLI_SYSTEM_SETTINGS_PATH": str(named), "GEMINI_CLI_HOME": str(tmp_path / "other")}
    write(tmp_path / "other/.gemini/settings.json", gemini.home.config.read_text())
    gemini.home.config.unlink()

    (found,) = gemini.findings("DR108")

    assert found.place.path == str(named)


def test_an_opencode_configuration_in_a_variable_counts_and_is_not_mended(opencode: Machine) -> None:
    entry = {"agentport": {"url": "https://app.agentport.sh/x", "headers": {"X-API-Key": KEY}}}
    opencode.environment = {"OPENCODE_CONFIG_CONTENT": json.dumps({"mcp": entry})}

    (found,) = opencode.findings("DR202")
    examined = opencode.examined()

    assert (found.place.path, found.place.line) == ("$OPENCODE_CONFIG_CONTENT", 1)
    assert examined.cures == ()
    assert KEY not in repr(examined.run)
    assert [each.message for each in opencode.findings("DR110")] == [
        "url has no effect: the environment configuration sets it too, at $OPENCODE_CONFIG_CONTENT:1",
        "headers has no effect: the environment configuration sets it too, at $OPENCODE_CONFIG_CONTENT:1",
    ]


def test_a_setting_that_no_file_has_belongs_into_the_users_own(opencode: Machine) -> None:
    opencode.home.replace('"timeout": 300000', '"enabled": true')
    opencode.environment = {"OPENCODE_CONFIG_CONTENT": '{"mcp": {"agentport": {"type": "remote"}}}'}

    (found,) = opencode.findings("DR306")

    assert found.place.path == str(opencode.home.config)
    assert len(opencode.examined().cures) == 1


def test_a_variable_that_cannot_be_read_is_said_with_its_name(opencode: Machine) -> None:
    opencode.environment = {"OPENCODE_CONFIG_CONTENT": '{"mcp": '}

    (found,) = opencode.findings("DR101")

    assert found.place.path == "$OPENCODE_CONFIG_CONTENT"


ORDER = (
    "home/.config/opencode/opencode.json", "named.json", "project/opencode.json", "project/inner/opencode.json",
    "project/inner/opencode.jsonc", "project/inner/.opencode/opencode.json", "project/.opencode/opencode.json",
    "home/.opencode/opencode.json", "folder/opencode.json", "machine/etc/opencode/opencode.json",
)  # fmt: skip
"""The files of opencode, each of which wins over those before it, as `opencode debug config` had it."""


@pytest.mark.parametrize("number", range(1, len(ORDER)))
def test_opencodes_files_win_over_each_other_in_its_own_order(number: int, opencode: Machine, tmp_path: Path) -> None:
    opencode.environment = {"OPENCODE_CONFIG": f"{tmp_path}/named.json", "OPENCODE_CONFIG_DIR": f"{tmp_path}/folder"}
    for each in ORDER[: number + 1]:
        write(tmp_path / each, OPENCODE.replace(URL, f"https://agentport.sh/{ORDER.index(each)}/mcp"))

    overruled = opencode.findings("DR110", inside="inner")

    assert {each.place.path.removeprefix(f"{tmp_path}/") for each in overruled} == {*ORDER[:number]}


def test_a_project_that_opencode_is_told_to_pass_over_is_not_read(opencode: Machine) -> None:
    write(opencode.home.project / "opencode.json", '{"mcp": {"agentport": {"enabled": false}}}')
    before = opencode.broken()
    opencode.environment = {"OPENCODE_DISABLE_PROJECT_CONFIG": "1"}

    assert (before, opencode.broken()) == ({"DR108"}, set())


def test_a_new_entry_goes_into_the_file_that_is_there_else_into_the_usual_one(opencode: Machine) -> None:
    opencode.home.config.unlink()
    first = opencode.examined().setups[0].file("user")
    write(opencode.home.folder / ".config/opencode/config.json", "{}")
    second = opencode.examined().setups[0].file("user")

    assert first is not None
    assert second is not None
    assert first.path.endswith(".config/opencode/opencode.json")
    assert second.path.endswith(".config/opencode/config.json")


def test_what_the_machine_says_is_nothing_to_a_codex_home_elsewhere(codex: Machine, tmp_path: Path) -> None:
    codex.environment = {"CODEX_HOME": str(tmp_path / "elsewhere")}
    write(tmp_path / "elsewhere/config.toml", CODEX.replace("required = true\n", ""))

    (found,) = codex.findings("DR112")

    assert found.place.path == str(tmp_path / "elsewhere/config.toml")
