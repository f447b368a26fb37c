"""Golden reports of the small run. Write them anew with ``python -m tests.reports.golden`` and read the difference."""

from __future__ import annotations

from pathlib import Path

from agentport_harness import __version__
from tests.reports.runs import small, written

FOLDER = Path(__file__).parents[1] / "golden" / "reports"
ENDINGS = {
    "terminal": "txt",
    "json": "json",
    "jsonl": "jsonl",
    "junit": "xml",
    "sarif": "sarif",
    "github": "github.txt",
    "markdown": "md",
    "html": "html",
}


def report(name: str) -> str:
    """The small run in that format, with no version in it."""
    return written(name, small()).replace(f'"{__version__}"', '"VERSION"').replace(f" {__version__}<", " VERSION<")


def path(name: str) -> Path:
    """Where the golden report of that format is."""
    return FOLDER / f"small.{ENDINGS[name]}"


if __name__ == "__main__":
    for name in ENDINGS:
        path(name).write_text(report(name), encoding="utf-8")
