"""Whatever stands in a configuration, no check fails, no secret is told, and every cure can be planned."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentport_harness.runner.catalogue import clients, setup_checks
from agentport_harness.runner.mending import planned
from agentport_harness.setups.check import examined
from agentport_harness.setups.entries import find_entries
from agentport_harness.setups.mending import read_source
from agentport_harness.setups.reading import secrets_of
from agentport_harness.setups.setup import ConfigFile, Setup

SECRET = "tok-00112233445566778899aabbccddeeff"
TEXTS = st.sampled_from(
    [
        "", " ", SECRET, f"Bearer {SECRET}", f"{SECRET} ", "${AGENTPORT_API_KEY}", "$AGENTPORT_API_KEY", "{env:X}",
        "${input:k}", "${env:X}", "%X%", "http", "sse", "remote",
        "https://app.agentport.sh/mcp", "https://app.agentport.sh", "http://h",
        "http://[::1]:0/mcp", "http://h:99999/mcp", "approve", "ask", "*", "agentport", "\u202e", "\ud800", "true",
        "300", "9" * 30,
    ]
)  # fmt: skip
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda held: st.lists(held, max_size=3) | st.dictionaries(TEXTS | st.just("X-API-Key"), held, max_size=3),
    max_leaves=6,
)
TABLES = (
    "mcpServers",
    "mcp_servers",
    "servers",
    "mcp",
    "permissions",
    "permission",
    "tools",
    "env",
    "projects",
    "inputs",
)
SETTINGS = sorted(
    {name for client in clients().values() for name in (*client.fields, *client.renamed)}
    | {"bearer_token", "agentport"}
)


@st.composite
def configurations(draw: Any) -> dict[str, Any]:
    entry = st.dictionaries(st.sampled_from(SETTINGS), ODD | st.dictionaries(st.just("X-API-Key"), TEXTS), max_size=6)
    named = st.dictionaries(st.sampled_from(["agentport", "agent-port", "AgentPort", "other", "servers"]), entry | ODD)
    document = draw(st.dictionaries(st.sampled_from(TABLES), named | ODD, max_size=4))
    document[draw(st.sampled_from(TABLES[:4]))] = draw(named)
    return document


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(held) for name, held in value.items() if held is not None}
    return [_without_null(held) for held in value if held is not None] if isinstance(value, list) else value


def _written(value: dict[str, Any], dialect: str) -> str:
    if dialect != "toml":
        return json.dumps(value)
    return tomlkit.dumps(_without_null(json.loads(json.dumps(value).replace("\\ud800", ""))))


@pytest.mark.parametrize("name", sorted(clients()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=configurations(), more=configurations())
def test_no_configuration_makes_a_check_fail_or_tells_a_secret(
    name: str, value: dict[str, Any], more: dict[str, Any]
) -> None:
    client = clients()[name]
    files = []
    for number, place in enumerate(client.files):
        text = _written(value if number % 2 else more, place.dialect)
        source = read_source(text, place.dialect)
        assert source.flaw is None
        files.append(ConfigFile(place=place, path=f"/{number}", text=text, source=source, committed=bool(number % 3)))
    found = find_entries(client, files, "", frozenset())
    setup = Setup(
        client=client, projects=("/p",), files=tuple(files), entries=found.entries, fragments=found.fragments,
        strays=found.strays, environment={"AGENTPORT_API_KEY": SECRET}, wanted_url="https://app.agentport.sh/mcp",
        secrets=secrets_of(files, {"AGENTPORT_API_KEY": SECRET}), trust="no",
    )  # fmt: skip

    result = examined(setup, setup_checks(), skipped={}, catalogue=setup_checks())
    changes = planned((setup, cure) for cure in result.cures)

    assert [verdict for verdict in result.verdicts if verdict.status == "error"] == []
    assert SECRET not in str(result.verdicts)
    assert SECRET not in "".join(change.shown() for change in changes)
    for change in changes:
        assert read_source(change.text, change.file.place.dialect).flaw is None
