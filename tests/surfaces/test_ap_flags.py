"""Uses of `ap` are taken apart by the flags that it documents."""

from __future__ import annotations

import pytest

from agentport_harness.surfaces.ap_flags import read_ap_use


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("auth status -o json", {"-o": "json"}),
        ("tools call --wait --info=why --args {}", {"--wait": "", "--info": "why", "--args": "{}"}),
        ("tools call --info", {"--info": ""}),
        ("integrations add github --no-open", {"--no-open": ""}),
    ],
)
def test_flags_have_their_values(line: str, options: dict[str, str]) -> None:
    use = read_ap_use(line.split())

    assert (use.options, use.faults) == (options, ())
    assert use.command == tuple(line.split()[:2])


@pytest.mark.parametrize("line", ["", "tools"])
def test_the_beginning_of_a_command_is_no_fault(line: str) -> None:
    assert read_ap_use(line.split()).faults == ()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("tools run", "`ap tools run` is no command of ap"),
        ("login", "`ap login` is no command of ap"),
        ("tools list --format json", "--format is no flag of `ap tools list`"),
        ("tools list --format=json -o json", "--format is no flag of `ap tools list`"),
        ("tools list -x", "-x is no flag of `ap tools list`"),
        ("tools list github", "`ap tools list` takes no word 'github'"),
        ("integrations remove github stripe", "`ap integrations remove` takes no word 'stripe'"),
    ],
)
def test_what_ap_does_not_take_is_named(line: str, fault: str) -> None:
    assert read_ap_use(line.split()).faults == (fault,)
