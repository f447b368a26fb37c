"""Commands are found in quoted substitutions and nested shells, down to a depth."""

from __future__ import annotations

import shlex

import pytest

from agentport_harness.surfaces.shell import commands


def found(text: str) -> list[tuple[str, ...]]:
    return [command.words for command in commands(text)]


def nested(levels: int) -> str:
    text = "ap auth login"
    for _ in range(levels):
        text = shlex.join(["sh", "-c", text])
    return text


@pytest.mark.parametrize("text", ['echo "$(ap auth login)"', 'echo "on: `ap auth login`"', nested(4)])
def test_a_command_inside_another_is_found(text: str) -> None:
    assert found(text)[-1] == ("ap", "auth", "login")


def test_a_shell_that_runs_a_file_is_a_command_of_its_own() -> None:
    assert found("bash ap.sh login") == [("bash", "ap.sh", "login")]
    assert found("bash -c") == [("bash", "-c")]


def test_shells_and_substitutions_are_followed_down_to_a_depth() -> None:
    assert found(nested(5)) == [("sh", "-c", "ap auth login")]
    text = 'echo "`ap auth login`"'
    for _ in range(4):
        text = shlex.join(["sh", "-c", text])
    assert found(text) == [("echo", "`ap auth login`")]


@pytest.mark.parametrize("info", ["&", "|", "`", ">&", "a; b", "(x)", "first\nsecond", "2>&1", "x > y"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_an_operator_inside_quotes_is_text(info: str, quote: str) -> None:
    line = f"ap tools call --integration i --tool t --info {quote}{info}{quote} -o json && echo done"

    first, *_ = commands(line)

    assert first.words[-4:] == ("--info", info, "-o", "json")
