"""The built wheel works alone: it carries transcripts, schemas, skills and the gateway."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contents of the wheel, in a folder that stands before the checkout on the path."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if built.returncode and "No matching distribution" in built.stderr:
        pytest.skip("the build backend cannot be fetched: no package index within reach")
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = site.parent / "empty"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "agentport_harness", *arguments],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_replays_its_own_transcripts_on_its_own_gateway(unpacked: Path) -> None:
    ran = _run(unpacked, "replay", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    transcripts = json.loads(ran.stdout)["sessions"]
    assert len(transcripts) >= 60
    assert all(each["source"].startswith(str(unpacked)) for each in transcripts)


def test_it_checks_the_skills_that_it_carries(unpacked: Path) -> None:
    ran = _run(unpacked, "skills", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["sessions"][0]["source"].startswith(str(unpacked))


def test_it_tells_a_rule_without_a_clone(unpacked: Path) -> None:
    assert "approval-url-verbatim" in _run(unpacked, "explain", "AP102").stdout
