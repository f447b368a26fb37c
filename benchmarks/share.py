"""Processes held to a share of a core each, by Linux control groups: so that several fit on few cores."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PERIOD = 10_000
"""Microseconds: short, so that who has used up a share rests often and not long."""

_FIRST = Path("/sys/fs/cgroup/cpu")
_SECOND = Path("/sys/fs/cgroup")


class CannotHoldError(RuntimeError):
    """This system does not let processes be held to a share, or not us."""


@contextlib.contextmanager
def held(pids: Sequence[int], share: float) -> Iterator[None]:
    """The time during which each of these processes has such a share of a core at most. Raises CannotHoldError."""
    root = _FIRST if (_FIRST / "cpu.cfs_quota_us").exists() or (_FIRST / "cgroup.procs").exists() else _SECOND
    made: list[Path] = []
    try:
        try:
            for pid in pids:
                group = root / f"agentport-benchmark-{os.getpid()}-{pid}"
                group.mkdir()
                made.append(group)
                _limit(group, share)
                (group / "cgroup.procs").write_text(str(pid), "ascii")
        except OSError as error:
            raise CannotHoldError(f"processes cannot be held to a share here: {error.strerror}") from error
        yield
    finally:
        for group in made:
            for pid in (group / "cgroup.procs").read_text("ascii").split():
                with contextlib.suppress(OSError):
                    (root / "cgroup.procs").write_text(pid, "ascii")
            with contextlib.suppress(OSError):
                group.rmdir()


def children(pid: int) -> list[int]:
    """The processes that a process has started, as it has them now."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # Behind the name, which may hold anything: the state, then the parent.
            if int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _limit(group: Path, share: float) -> None:
    quota = round(share * _PERIOD)
    if (group / "cpu.cfs_quota_us").exists():
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD), "ascii")
        (group / "cpu.cfs_quota_us").write_text(str(quota), "ascii")
    else:
        (group / "cpu.max").write_text(f"{quota} {_PERIOD}", "ascii")
