"""Every fault that is put into a good set-up is found at its line, mended where it can be, and nothing else is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.homes import FILES, KEY, Home, doctor, found, home_with, messages
from tests.doctor.seeds import SEEDS, Seed


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


@pytest.mark.parametrize("client", sorted(FILES))
def test_nothing_is_said_of_a_good_set_up(client: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, client)

    code, report, printed = doctor(capsys, home, "--strict")

    assert (code, found(report, home)) == (0, [])
    assert KEY not in printed


def _sown(seed: Seed, root: Path) -> Home:
    home = home_with(root, seed.client)
    home.replace(seed.old, seed.new, seed.file)
    if seed.name == "the headers table of other clients":
        with home.config.open("a", encoding="utf-8") as file:
            file.write(f'\n[mcp_servers.agentport.headers]  # as the docs say\nX-API-Key = "{KEY}" # mine\n')
    return home


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.client}: {seed.name}")
def test_a_seeded_fault_is_found_where_it_is(seed: Seed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = _sown(seed, tmp_path)
    at = seed.at or {"DR204": "agentport.headers]", "DR104": "agent-port"}[seed.ids[0]]

    code, report, printed = doctor(capsys, home, "--strict")

    first = found(report, home)[0]
    assert {rule for rule, _, _ in found(report, home)} == set(seed.ids)
    assert first[1:] == (seed.file or home.config.relative_to(home.folder).as_posix(), home.line(at, seed.file))
    assert seed.cure in messages(report, first[0])[0]["expected"]
    assert KEY not in printed
    assert code == 1


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.client}: {seed.name}")
def test_what_can_be_mended_is_and_a_second_look_finds_nothing(
    seed: Seed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = _sown(seed, tmp_path)
    before = home.config.read_text(encoding="utf-8")

    code, report, printed = doctor(capsys, home, "--strict", "--fix", "--yes")

    assert {rule for rule, _, _ in found(report, home)} == set(seed.left)
    assert code == (1 if seed.left else 0)
    assert KEY not in printed
    if not seed.mends:
        assert home.config.read_text(encoding="utf-8") == before
    comments = [line.strip() for line in before.splitlines() if line.strip().startswith(("#", "//"))]
    after = home.config.read_text(encoding="utf-8")
    assert [comment for comment in comments if comment not in after] == []
