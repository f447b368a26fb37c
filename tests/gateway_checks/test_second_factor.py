"""A human with a second factor: codes that are taken once, or by the half minute, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest

from agentport_harness.bench.judging import run_check
from agentport_harness.bench.stand import Tenant
from agentport_harness.cli.main import main
from agentport_harness.core.errors import InputError
from agentport_harness.runner import gateway as running
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.transports.agentport import CODES_REFUSED, SECOND_FACTOR, AgentPortAdapter
from agentport_harness.transports.second_factor import PACE, SecondFactor
from tests.faults.stage import staged
from tests.faults.time import BACKEND, LoopClock
from tests.gateway.web.people import PASSWORD

pytestmark = pytest.mark.anyio
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CHECKS = {check.id: check for check in gateway_checks()}


@pytest.fixture
def anyio_backend() -> object:
    return BACKEND


class Time:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 1_000_000_005.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Door:
    """Takes the codes of a secret, each as often as it is told to."""

    def __init__(self, time: Time, *, secret: str = SECRET, once: bool = False) -> None:
        self._time, self._codes, self._once = time, pyotp.TOTP(secret), once
        self.given: list[str] = []

    async def __call__(self, code: str) -> bool:
        right = code == self._codes.at(int(self._time.now())) and not (self._once and code in self.given)
        self.given.append(code)
        return right

    async def opens(self, factor: SecondFactor) -> bool:
        return await factor.confirm(self, lambda opened: not opened)


def factor_at(time: Time, secret: str = SECRET) -> SecondFactor:
    return SecondFactor(secret, now=time.now, sleep=time.sleep)


async def test_a_code_is_given_again_where_the_gateway_takes_it_again() -> None:
    time = Time()
    door, factor = Door(time), factor_at(time)

    assert [await door.opens(factor) for _ in range(4)] == [True] * 4
    assert len(set(door.given)) == 1
    assert time.seconds == 1_000_000_005.0


async def test_where_each_code_works_once_the_next_is_waited_for_and_no_other_is_wasted() -> None:
    time = Time()
    door, factor = Door(time, once=True), factor_at(time)

    assert [await door.opens(factor) for _ in range(4)] == [True] * 4
    assert len(door.given) == 5  # it learns by the second that codes are not taken twice
    assert time.seconds == 1_000_000_005.0 + 15 + 30 + 30


async def test_the_secret_of_somebody_else_is_found_out_and_tried_no_further() -> None:
    time = Time()
    door, factor = Door(time, secret="K" * 32), factor_at(time)

    assert not await door.opens(factor)
    assert factor.refused
    assert not await door.opens(factor)
    assert len(door.given) == 3


async def test_every_page_gets_a_code_of_its_own() -> None:
    time = Time()
    factor = factor_at(time)

    first, second = await factor.code(), await factor.code()

    assert first == pyotp.TOTP(SECRET).at(1_000_000_005)
    assert second == pyotp.TOTP(SECRET).at(1_000_000_035)


@pytest.mark.parametrize(
    "secret", ["jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp", f"otpauth://totp/me?secret={SECRET}&issuer=x", f" {SECRET}\n"]
)
async def test_a_secret_is_taken_as_it_is_shown(secret: str) -> None:
    assert await factor_at(Time(), secret).code() == pyotp.TOTP(SECRET).at(1_000_000_005)


@pytest.mark.parametrize(
    "secret", ["not base32!", "otpauth://hotp/me?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&counter=1", "otpauth://x"]
)
def test_what_is_no_secret_is_refused_and_not_quoted(secret: str) -> None:
    with pytest.raises(InputError, match="no secret of an authenticator") as refused:
        SecondFactor(secret)
    assert secret not in str(refused.value)


async def test_a_gateway_is_checked_by_a_human_with_a_second_factor(tmp_path: Path) -> None:
    async with staged(tmp_path) as stand:
        clock = LoopClock()
        person: Any = stand.first.adapter
        http: httpx2.AsyncClient = person._http
        secret = (await http.post("/api/users/me/totp/setup", json={})).json()["secret"]
        begun = SecondFactor(secret, now=lambda: clock.now().timestamp())
        (await http.post("/api/users/me/totp/enable", json={"totp_code": await begun.code()})).raise_for_status()

        async def verdicts(factor: SecondFactor | None, *ids: str) -> dict[str, tuple[str, str]]:
            human: Any = AgentPortAdapter(http, email="one@example.org", password=PASSWORD, factor=factor)
            await human.look_for_second_factor()
            assert human.pace == (PACE if factor else 0)
            one = replace(stand, first=Tenant(api_key=stand.first.api_key, adapter=human))
            checked = [(await run_check(CHECKS[name], one)).verdict for name in ids]
            return {verdict.rule: (verdict.status, verdict.reason) for verdict in checked}

        without = await verdicts(None, "GW304", "GW407", "GW301")
        right = await verdicts(begun, "GW304", "GW205", "GW105")
        wrong = await verdicts(SecondFactor(SECRET, now=begun._now), "GW304", "GW407")

    assert without == {"GW304": ("skipped", SECOND_FACTOR), "GW407": ("skipped", SECOND_FACTOR), "GW301": ("pass", "")}
    assert right == dict.fromkeys(("GW304", "GW205", "GW105"), ("pass", ""))
    assert wrong["GW304"][0] == "not_testable"
    assert "totp_invalid" in wrong["GW304"][1]
    assert wrong["GW407"] == ("skipped", CODES_REFUSED)


@pytest.mark.parametrize("way", ["variable", "file"])
def test_the_secret_comes_from_a_variable_or_a_file_and_is_hidden(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []

    def stop(_checks: object, options: Any, **_more: object) -> None:
        seen.append(options.gateway)
        raise InputError("stop", "no further")

    monkeypatch.setattr(running, "check_gateway", stop)
    monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", "a password")
    monkeypatch.setenv("AGENTPORT_SECOND_HUMAN_PASSWORD", "another")
    monkeypatch.setenv("AGENTPORT_SECOND_HUMAN_TOTP_SECRET", "theirs")
    monkeypatch.setenv("AGENTPORT_HUMAN_TOTP_SECRET", SECRET if way == "variable" else "not this one")
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    given = ["gateway", "--url", "http://127.0.0.1:9", "--api-key", "k", "--human-email", "me@example.org"]
    second = ["--second-api-key", "s", "--second-human-email", "you@example.org"]

    assert main([*given, *second, *(["--human-totp-file", str(file)] if way == "file" else [])]) == 2
    assert (seen[0].human_totp, seen[0].second_human_totp) == (SECRET, "theirs")
    assert SECRET not in repr(seen[0]) + capsys.readouterr().err
