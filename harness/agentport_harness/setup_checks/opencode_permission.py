"""opencode leaves approval to the gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.edits import Drop, Put
from agentport_harness.setups.setup import ConfigFile, Entry, Setup
from agentport_harness.setups.tools import NEEDED


@setup_check(
    "DR304",
    level="MUST",
    why="A rule that asks makes every call be asked about twice; one that denies takes the gateway's tools away.",
    mend="Allow the gateway's tools after the rule that stands against them, since the last one that fits wins.",
)
def opencode_permission(setup: Setup) -> Iterator[Sight]:
    """No rule of opencode asks about, denies or switches off the gateway's tools."""
    for entry in setup.entries if setup.client.name == "opencode" else ():
        yield from (*_rules(setup, entry), *_switches(setup, entry)) or (Sound(),)


def _rules(setup: Setup, entry: Entry) -> Iterator[Sight]:
    for file in setup.files:
        rules = file.source.at(("permission",))
        if rules is None:
            continue
        if not isinstance(rules, Mapping):
            if rules != "allow":
                yield Fault(
                    path=file.path, line=file.line(("permission",)), message=f"permission is {rules!r} for every tool",
                    expected=f'"permission": {{"*": "{rules}", "{entry.name}_*": "allow"}}',
                )  # fmt: skip
            continue
        fitting = [pattern for pattern in rules if _fits(entry, pattern)]
        if fitting and rules[fitting[-1]] != "allow":
            yield _against(file, entry, fitting[-1], str(rules[fitting[-1]]))


def _against(file: ConfigFile, entry: Entry, pattern: str, rule: str) -> Sight:
    key, allowed = ("permission", pattern), f"{entry.name}_*"
    fault = Fault(
        path=file.path, line=file.line(key), message=f"the rule for {pattern!r} is {rule!r} for the gateway's tools",
        expected=f'"{allowed}": "allow" after it', evidence=pattern,
    )  # fmt: skip
    return Ill(fault=fault, cure=Cure(file=file, edits=(Put(key=("permission", allowed), value="allow"),)))


def _switches(setup: Setup, entry: Entry) -> Iterator[Sight]:
    for file in setup.files:
        for pattern, value in file.source.table(("tools",)).items():
            if value is False and _fits(entry, pattern):
                key = ("tools", pattern)
                fault = Fault(
                    path=file.path, line=file.line(key), message=f"tools switches {pattern!r} off",
                    expected="no such switch", evidence=pattern,
                )  # fmt: skip
                yield Ill(fault=fault, cure=Cure(file=file, edits=(Drop(key=key),)))


def _fits(entry: Entry, pattern: str) -> bool:
    return any(fnmatchcase(f"{entry.name}_{tool}", pattern) for tool in NEEDED)
