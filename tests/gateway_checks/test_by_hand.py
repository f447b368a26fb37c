"""The probe where no adapter installs it: a person does, and checks share its tools. And where nobody reaches it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from agentport_harness.bench.by_hand import MOST, NAMES, HandInstalled
from agentport_harness.bench.judging import run_check
from agentport_harness.bench.stand import Stand, Tenant
from agentport_harness.core.errors import UnreachableError
from agentport_harness.runner import gateway_probe
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import check_stand
from agentport_harness.runner.gateway_probe import with_probe
from tests.faults.stage import staged
from tests.faults.time import BACKEND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio
CHECKS = {check.id: check for check in gateway_checks()}


@pytest.fixture
def anyio_backend() -> object:
    return BACKEND


class Hands:
    """A human who decides, and administers nothing."""

    def __init__(self, human: Any) -> None:
        self.try_decide = human.try_decide


class MoreHands(Hands):
    """One who also sets modes."""

    def __init__(self, human: Any) -> None:
        super().__init__(human)
        self.set_mode = human.set_mode


@asynccontextmanager
async def by_hand(folder: Path, hands: type[Hands] = Hands, **modes: list[str]) -> AsyncIterator[tuple[Stand, Any]]:
    """A stand whose probe a person installs, who has set some of its tools; and what that person can do."""
    async with staged(folder) as stand:
        human: Any = stand.first.adapter
        only: Any = hands(human)
        assert stand.probe is not None
        named: Any = modes
        hand = HandInstalled(stand.probe, "by_hand", named)
        first = Tenant(api_key=stand.first.api_key, adapter=only)
        yield replace(stand, first=first, by_hand=hand), human


async def installed(human: Any, hand: HandInstalled) -> None:
    assert await human.install("by_hand", hand.url) == hand.integration_id
    for mode, tools in hand.given.items():
        for tool in tools:
            await human.set_mode(hand.integration_id, tool, mode)


async def test_checks_see_what_reaches_a_probe_that_a_person_installed(tmp_path: Path) -> None:
    wanted = ("GW301", "GW303", "GW304", "GW306", "GW401", "GW402", "GW403", "GW408", "GW501", "GW601")
    async with by_hand(tmp_path, allow=list(NAMES[2:8]), deny=["act_002"]) as (stand, human):
        await installed(human, stand.by_hand)  # type: ignore[arg-type]  # it is there
        run = await check_stand([CHECKS[name] for name in wanted], stand)

    assert {one.rule: (one.status, one.reason) for one in run.sessions[0].verdicts} == dict.fromkeys(
        wanted, ("pass", "")
    )
    assert run.sessions[0].warnings == ()


async def test_what_such_a_probe_cannot_show_is_said(tmp_path: Path) -> None:
    async with by_hand(tmp_path, deny=["act_002"]) as (stand, human):
        await installed(human, stand.by_hand)  # type: ignore[arg-type]  # it is there
        wanted = ("GW202", "GW204", "GW205", "GW206", "GW301", "GW407", "GW411", "GW503")
        verdicts = {name: (await run_check(CHECKS[name], stand)).verdict for name in wanted}

    said = {name: (one.status, one.reason) for name, one in verdicts.items()}
    assert said["GW204"] == ("skipped", "needs an adapter that can install and remove the probe upstream (--adapter)")
    assert said["GW206"] == ("not_testable", "the probe that was installed by hand has tools of one kind alone")
    assert said["GW205"] == said["GW407"]
    assert said["GW205"][0] == "not_testable"
    assert "(--tool allow=by_hand/act_001)" in said["GW205"][1]
    assert said["GW411"][0] == "skipped"
    assert said["GW202"] == said["GW301"] == ("pass", "")
    assert not {one.status for one in verdicts.values()} & {"fail", "warn", "error"}


async def test_a_tool_that_was_always_allowed_is_set_back_or_told_and_not_lent_again(tmp_path: Path) -> None:
    (tmp_path / "person").mkdir()
    async with by_hand(tmp_path / "person") as (stand, human):
        await installed(human, stand.by_hand)  # type: ignore[arg-type]  # it is there
        told = await run_check(CHECKS["GW310"], stand)
        spoilt = stand.by_hand.spoilt  # type: ignore[union-attr]  # it is there
    (tmp_path / "more").mkdir()
    async with by_hand(tmp_path / "more", MoreHands) as (stand, human):
        await installed(human, stand.by_hand)  # type: ignore[arg-type]  # it is there
        set_back = await run_check(CHECKS["GW310"], stand)
        settings = (await human._http.get("/api/tool-settings/by_hand")).text

    assert told.verdict.status == set_back.verdict.status == "pass"
    assert told.left_behind == ("by_hand/act_001 runs without approval now: set it back by hand",)
    assert spoilt == {"act_001"}
    assert set_back.left_behind == ()
    assert "allow" not in settings.replace("require_approval", "")


async def test_a_person_is_told_what_to_install_and_waited_for(tmp_path: Path) -> None:
    told: list[str] = []
    async with by_hand(tmp_path) as (stand, human), anyio.create_task_group() as tasks:

        def tell(words: str) -> None:
            told.append(words)
            tasks.start_soon(installed, human, stand.by_hand)

        with anyio.fail_after(30):
            assert await with_probe(stand, tell) is stand
            assert await with_probe(stand, told.append) is stand
        (words,) = told
        assert f"{stand.probe.base_url}/by-hand/mcp" in words  # type: ignore[union-attr]  # it runs


async def test_a_person_who_never_comes_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_probe, "PATIENCE", 0.3)
    async with by_hand(tmp_path) as (stand, _):
        with pytest.raises(UnreachableError, match="lists no tool act_001 of an integration 'by_hand'"):
            await with_probe(stand, lambda _words: None)


async def test_a_probe_that_the_gateway_does_not_reach_is_said_once_and_not_by_every_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_probe, "REACHED", 0.5)
    async with staged(tmp_path) as stand:
        assert stand.probe is not None
        stand.probe.base_url = "http://127.0.0.1:9"
        looked = await with_probe(stand, lambda _words: None)
        verdict = (await run_check(CHECKS["GW304"], looked)).verdict
        still = (await run_check(CHECKS["GW101"], looked)).verdict
        human: Any = stand.first.adapter
        left = (await human._http.get("/api/installed")).text

    assert verdict.status == "skipped"
    assert (
        "does not reach the probe at http://127.0.0.1:9" in verdict.reason or "could not be installed" in verdict.reason
    )
    assert still.status == "pass"
    assert "probe-" not in left


async def test_every_tool_is_lent_to_one_at_a_time_and_again_when_it_comes_back(tmp_path: Path) -> None:
    async with by_hand(tmp_path, allow=["act_003"]) as (stand, _):
        check = CHECKS["GW608"]
        seen: list[str] = []

        async def look(bench: Any) -> Any:
            seen.extend([(await bench.tool()).name for _ in range(MOST - 1)])
            yield (await bench.tool())

        first = await run_check(replace(check, needs=(), look=look), stand)
        again = await run_check(replace(check, needs=(), look=look), stand)

    assert sorted(seen[: MOST - 1]) == sorted(set(NAMES) - {"act_003"})
    assert (
        first.verdict.reason
        == again.verdict.reason
        == "more tools of the probe are needed that are set to require_approval"
    )
