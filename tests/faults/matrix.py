"""``python -m tests.faults.matrix [WORD…]``: every broken gateway against every check; who sees what.

Exits 1 when a fault is not seen by its own check, when the whole gateway fails one, when a check breaks, or when a
check has no fault that it alone sees. Words choose the faults whose names hold one of them; the last is not asked then.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from agentport_harness.core.verdict import Status
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import check_stand
from tests.faults import broken
from tests.faults.fault import Fault
from tests.faults.stage import WHOLE, staged
from tests.faults.time import BACKEND

WORKERS = os.cpu_count() or 1
"""Gateways at the same time: none of them waits for long."""
ROUNDS = 1
"""Races are lost or won alike in every round: the event loop is one, and its time does not run."""
SEEN = ("fail", "warn")
_CELLS: Mapping[str, str] = {"pass": "·", "fail": "x", "warn": "x", "not_testable": "?", "skipped": "-", "error": "!"}
_OWN = "X"
_NAME = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the checks say of one gateway. ``check`` is the fault's own, ``problem`` what kept it from being tried."""

    name: str
    check: str = ""
    said: Mapping[str, Status] = field(default_factory=dict)
    problem: str = ""

    @property
    def seen(self) -> tuple[str, ...]:
        """The checks that see a fault."""
        return tuple(check for check, status in self.said.items() if status in SEEN)

    @property
    def wrong(self) -> str:
        """What must not be, empty where all is well: the whole gateway has no check of its own, and is to pass all."""
        broke = [check for check, status in self.said.items() if status == "error"]
        if self.problem or broke:
            return self.problem or f"{', '.join(broke)} broke"
        if self.check:
            return "" if self.check in self.seen else f"{self.check} does not see it"
        missing = [check for check, status in self.said.items() if status != "pass"]
        return f"{', '.join(missing)} not passed" if missing or not self.said else ""


def names() -> list[str]:
    """Every fault, as ``<check> <name>``."""
    return [f"{fault.check} {fault.name}" for fault in broken.found()]


def rows(chosen: Iterable[str]) -> Iterator[Row]:
    """The matrix for faults by check and name, line by line as they are done, with the whole gateway first."""
    with ProcessPoolExecutor(max_workers=WORKERS, initializer=_prepared) as pool:
        yield from pool.map(run, ["whole", *chosen])


def _prepared() -> None:
    """A worker: what broken gateways complain of is no news, and what is imported is no rubbish."""
    logging.disable()
    warnings.simplefilter("ignore")
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def run(name: str) -> Row:
    """One line of it."""
    fault = next((one for one in broken.found() if f"{one.check} {one.name}" == name), WHOLE)
    with tempfile.TemporaryDirectory() as folder:
        try:
            said = anyio.run(_said, Path(folder), fault, backend=BACKEND[0], backend_options=BACKEND[1])
        except (Exception, SystemExit) as error:  # noqa: BLE001 one gateway that does not even start must not end the table
            return Row(name=fault.name, check=fault.check, problem=f"{type(error).__name__}: {error}")
    return Row(name=fault.name, check=fault.check, said=said)


async def _said(folder: Path, fault: Fault) -> dict[str, Status]:
    async with staged(folder, fault, rounds=ROUNDS) as stand:
        report = await check_stand(gateway_checks(), stand)
    return {one.rule: one.status for one in report.sessions[0].verdicts}


def unproven(found: Iterable[Row], checks: Iterable[str]) -> list[str]:
    """The checks without a fault that they alone see."""
    return sorted(set(checks) - {row.check for row in found if row.seen == (row.check,)})


def head(checks: Sequence[str]) -> list[str]:
    """The columns' names, written downwards."""
    return [
        " " * _NAME + "".join(letters) for letters in zip(*(check.removeprefix("GW") for check in checks), strict=True)
    ]


def line(row: Row, checks: Sequence[str]) -> str:
    """A row: its name, a letter for each check, and in words what else there is to say."""
    cells = "".join(
        _OWN if check == row.check and check in row.seen else _CELLS[row.said[check]] if check in row.said else " "
        for check in checks
    )
    others = ", ".join(check for check in row.seen if check != row.check)
    words = f"  WRONG: {row.wrong}" if row.wrong else f"  also {others}" if others else ""
    return f"{f'{row.check} {row.name}'.strip():<{_NAME}}{cells}{words}"


def closing(found: Sequence[Row], checks: Sequence[str], *, all_of_them: bool) -> str:
    """What it comes to; begins with the number of things that are wrong, 0 when all is well."""
    wrong = [row for row in found if row.wrong]
    lacking = unproven(found, checks) if all_of_them else []
    said = f"{len(wrong) + len(lacking)} wrong: {len(found)} gateways, {len(checks)} checks"
    if wrong:
        said += f"; look at {', '.join(row.name for row in wrong)}"
    if lacking:
        return f"{said}; no fault that it alone sees: {', '.join(lacking)}"
    return f"{said}; every check alone sees a fault" if all_of_them else said


def main(wanted: Sequence[str]) -> int:
    checks = [check.id for check in gateway_checks()]
    print("X: seen by its own check; x: by another; ·: passed; ?: not testable; !: the check broke")  # noqa: T201 this is what it is for
    print("\n".join(head(checks)), flush=True)  # noqa: T201
    found: list[Row] = []
    for row in rows(name for name in names() if not wanted or any(word in name for word in wanted)):
        found.append(row)
        print(line(row, checks), flush=True)  # noqa: T201
    end = closing(found, checks, all_of_them=not wanted)
    print(end)  # noqa: T201
    return int(not end.startswith("0 wrong"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
