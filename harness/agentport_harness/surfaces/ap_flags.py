"""The commands of ``ap`` that agents use, as AgentPort documents them: which flags each has, and which take a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ApFlags:
    """One command: flags with a value, flags without, and how many words of its own it takes."""

    valued: frozenset[str]
    bare: frozenset[str] = frozenset()
    words: int = 0


def _flags(*valued: str, bare: Sequence[str] = (), words: int = 0) -> ApFlags:
    return ApFlags(valued=frozenset(("-o", "--output", *valued)), bare=frozenset(bare), words=words)


AP_COMMANDS: Mapping[tuple[str, ...], ApFlags] = {
    ("auth", "status"): _flags(),
    ("auth", "login"): _flags(),
    ("auth", "logout"): _flags(),
    ("output", "json"): _flags(),
    ("integrations", "list"): _flags(bare=("--installed", "--available")),
    ("integrations", "add"): _flags("--auth", "--token", "--timeout", bare=("--no-open",), words=1),
    ("integrations", "remove"): _flags(words=1),
    ("tools", "list"): _flags("--integration"),
    ("tools", "describe"): _flags("--integration", "--tool"),
    ("tools", "call"): _flags("--integration", "--tool", "--args", "--info", "--wait-timeout", bare=("--wait",)),
    ("tools", "await-approval"): _flags("--request-id", "--approval-url", "--timeout"),
}
AP_WORDS = frozenset(word for command in AP_COMMANDS for word in command) | {"ap"}
"""Every word that names the command or one of its parts."""
AP_FLAGS = frozenset(flag for flags in AP_COMMANDS.values() for flag in flags.valued | flags.bare)
"""Every flag of any command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApUse:
    """One use of ``ap`` taken apart: the command, its flags with their values, and what is wrong with it."""

    command: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def read_ap_use(words: Sequence[str]) -> ApUse:
    """What ``ap`` makes of these words (without ``ap`` itself); only a prefix of a command is no fault."""
    command = tuple(words[:2])
    known = AP_COMMANDS.get(command)
    if known is None:
        begins = any(names[: len(command)] == command for names in AP_COMMANDS)
        faults = () if begins else (f"`ap {' '.join(command)}` is no command of ap",)
        return ApUse(command=command, faults=faults)
    options: dict[str, str] = {}
    return ApUse(command=command, options=options, faults=tuple(_faults(command, known, words[2:], options)))


def _faults(command: tuple[str, ...], known: ApFlags, words: Sequence[str], options: dict[str, str]) -> Iterator[str]:
    spare = known.words
    unknown = False  # the word after an unknown flag may be its value
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in known.bare:
            options[name] = ""
        elif name in known.valued:
            options[name] = value if equals else next(rest, "")
        elif word.startswith("-"):
            yield f"{name} is no flag of `ap {' '.join(command)}`"
            unknown = not equals
            continue
        elif spare:
            spare -= 1
        elif not unknown:
            yield f"`ap {' '.join(command)}` takes no word {word!r}"
        unknown = False
