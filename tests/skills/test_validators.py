"""Validators that others maintain accept the skills."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.skills.bundle import NAMES, ROOT, SKILLS

AGNIX = Path(sysconfig.get_path("scripts")) / "agnix"


@pytest.mark.parametrize("name", NAMES)
def test_skills_ref_accepts_the_skill(name: str) -> None:
    skills_ref = pytest.importorskip("skills_ref", reason="skills-ref is not installed")
    assert skills_ref.validate(SKILLS / name) == []


def test_agnix_accepts_the_repository_with_warnings_as_errors() -> None:
    if not AGNIX.exists():
        pytest.skip("agnix is not installed")
    command = [AGNIX, "--strict", "--format", "json", *(ROOT / "skills" / name for name in NAMES)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stdout
    report = json.loads(ran.stdout)
    assert report["summary"]["errors"] == report["summary"]["warnings"] == 0
