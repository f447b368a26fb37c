"""The kill matrix tells what nobody sees; the matrix itself is ``python -m tests.faults.matrix``."""

from __future__ import annotations

import pytest

from agentport_harness.core.verdict import Status
from tests.faults import matrix
from tests.faults.matrix import Row, closing, head, line, unproven

CHECKS = ["GW101", "GW205", "GW606"]
WHOLE = Row(name="whole", said=dict.fromkeys(CHECKS, "pass"))


def row(check: str, *said: Status, name: str = "broken") -> Row:
    return Row(name=name, check=check, said=dict(zip(CHECKS, said, strict=True)))


ALONE = [row("GW101", "fail", "pass", "not_testable"), row("GW205", "pass", "warn", "pass")]
SHARED = row("GW606", "fail", "pass", "warn")


def test_all_is_well_when_every_check_alone_sees_a_fault() -> None:
    found = [WHOLE, *ALONE, row("GW606", "pass", "pass", "warn")]

    assert closing(found, CHECKS, all_of_them=True) == "0 wrong: 4 gateways, 3 checks; every check alone sees a fault"


def test_a_check_whose_every_fault_others_see_too_is_named() -> None:
    found = [WHOLE, *ALONE, SHARED]

    assert unproven(found, CHECKS) == ["GW606"]
    said = closing(found, CHECKS, all_of_them=True)
    assert said == "1 wrong: 4 gateways, 3 checks; no fault that it alone sees: GW606"


def test_chosen_faults_need_not_prove_every_check() -> None:
    assert closing([WHOLE, *ALONE], CHECKS, all_of_them=False) == "0 wrong: 3 gateways, 3 checks"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (row("GW101", "pass", "fail", "pass"), "GW101 does not see it"),
        (row("GW101", "fail", "error", "pass"), "GW205 broke"),
        (row("", "pass", "not_testable", "fail"), "GW205, GW606 not passed"),
        (Row(name="broken"), " not passed"),
        (Row(name="broken", check="GW101", problem="OSError: no"), "OSError: no"),
    ],
)
def test_what_is_wrong_is_said_in_its_row_and_in_the_closing_line(wrong: Row, why: str) -> None:
    assert line(wrong, CHECKS).endswith(f"  WRONG: {why}")
    said = closing([WHOLE, wrong], CHECKS, all_of_them=False)
    assert said == "1 wrong: 2 gateways, 3 checks; look at broken"


def test_rows_are_faults_and_columns_are_checks() -> None:
    lines = [*head(CHECKS), *(line(one, CHECKS).rstrip() for one in (WHOLE, *ALONE, SHARED))]

    width = len(lines[0]) - len(CHECKS)
    assert [one[width:] for one in lines] == ["126", "000", "156", "···", "X·?", "·X·", "x·X  also GW101"]
    assert [one[:width].strip() for one in lines[3:]] == ["whole", "GW101 broken", "GW205 broken", "GW606 broken"]


@pytest.mark.parametrize(("last", "code"), [(row("GW606", "pass", "pass", "warn"), 0), (SHARED, 1)])
def test_the_command_tells_by_its_exit_code(
    last: Row, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(matrix, "gateway_checks", lambda: [type("Check", (), {"id": check}) for check in CHECKS])
    monkeypatch.setattr(matrix, "rows", lambda _chosen: iter([WHOLE, *ALONE, last]))

    assert matrix.main([]) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{code} wrong: 4 gateways, 3 checks; ")
