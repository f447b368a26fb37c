"""Where the skills lie that belong to this version: inside the wheel, or beside the package in a source checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from agentport_harness.core.errors import HarnessError


def skills_folder() -> Path:
    """The folder that holds the three skills and their traceability. Raises `HarnessError` when it is missing."""
    package = Path(str(files("agentport_harness")))
    for folder in (package / "skills", package.parent.parent / "skills"):
        if (folder / "traceability.yaml").is_file():
            return folder
    raise HarnessError("no-skills", "the skills are missing from this installation", hint="install the package again")
