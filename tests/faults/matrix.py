"""``python -m tests.faults.matrix [FAULT…]``: every broken gateway against every check; who sees what.

Exits 1 when a fault is not seen by its own check, or a check has no fault that it alone sees.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import anyio

from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import check_stand
from tests.faults import broken
from tests.faults.fault import Fault
from tests.faults.stage import WHOLE, staged

WORKERS = 4
"""Gateways at the same time: they wait more than they work."""
Row = tuple[str, str, tuple[str, ...], str]


def run(name: str) -> Row:
    """The checks that see a fault: name, its own check, those that fail or warn, and what kept it from being tried."""
    fault = next((one for one in broken.found() if f"{one.check} {one.name}" == name), WHOLE)
    with tempfile.TemporaryDirectory() as folder:
        try:
            seen = anyio.run(_seen, Path(folder), fault)
        except Exception as error:  # noqa: BLE001 one gateway that does not even start must not end the table
            return fault.name, fault.check, (), f"{type(error).__name__}: {error}"
    return fault.name, fault.check, seen, ""


async def _seen(folder: Path, fault: Fault) -> tuple[str, ...]:
    async with staged(folder, fault) as stand:
        report = await check_stand(gateway_checks(), stand)
    return tuple(one.rule for one in report.sessions[0].verdicts if one.status in ("fail", "warn", "error"))


def rows(chosen: Iterable[str]) -> Iterator[Row]:
    """The matrix for faults by check and name, line by line as they are done, with the whole gateway at the end."""
    with ProcessPoolExecutor(max_workers=WORKERS) as pool:
        yield from pool.map(run, [*chosen, "whole"])


def names() -> list[str]:
    """Every fault, as ``<check> <name>``."""
    return [f"{fault.check} {fault.name}" for fault in broken.found()]


def missed(found: Iterable[Row]) -> list[str]:
    """The faults that their own check does not see, and the whole gateway where a check sees something in it."""
    return [name for name, check, seen, _ in found if (check not in seen if check else seen)]


def unproven(found: Iterable[Row]) -> list[str]:
    """The checks without a fault that they alone see."""
    return sorted({check.id for check in gateway_checks()} - {check for _, check, seen, _ in found if seen == (check,)})


def main(wanted: Iterable[str]) -> int:
    chosen = [name for name in names() if not wanted or any(word in name for word in wanted)]
    print(f"{'fault':<44} {'check':<6} seen  and by")  # noqa: T201 this is what it is for
    found: list[Row] = []
    for row in rows(chosen):
        found.append(row)
        name, check, seen, problem = row
        others = ", ".join(one for one in seen if one != check)
        told = "–" if not check else "yes" if check in seen else "NO"
        print(f"{name:<44} {check or '–':<6} {told:<5} {problem or others or '–'}", flush=True)  # noqa: T201
    lacking = [] if wanted else unproven(found)
    if lacking:
        print(f"no fault that it alone sees: {', '.join(lacking)}")  # noqa: T201
    return int(bool(missed(found) or lacking))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
