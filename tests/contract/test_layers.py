"""ARCHITECTURE.md is true: layers point downwards, pure parts stay pure, every room named there exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "harness"


def test_the_layers_point_downwards_and_the_pure_parts_stay_pure() -> None:
    lint = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("document", ["harness/ARCHITECTURE.md", "reference_server/ARCHITECTURE.md"])
def test_an_architecture_fits_on_a_page(document: str) -> None:
    assert len((ROOT / document).read_text(encoding="utf-8").splitlines()) <= 60


def test_every_file_and_folder_that_the_architecture_names_exists() -> None:
    text = (HARNESS / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w/]+(?:\.py|\.yaml|/))`", text) if "<" not in name}

    rooms = (HARNESS / "agentport_harness", ROOT)
    missing = [name for name in sorted(named) if not any((room / name).exists() for room in rooms)]

    assert named
    assert missing == []
