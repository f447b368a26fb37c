"""Real agent clients from the npm registry, run in an environment of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.skills.bundle import ROOT

PACKAGES = (
    "node@22.23.3",
    "skills@1.7.4",
    "@openai/codex@0.169.0",
    "@anthropic-ai/claude-code@2.1.330",
    "opencode-ai@1.18.33",
    "@google/gemini-cli@0.61.0",
)
COMMANDS = ("node", "skills", "codex", "claude", "opencode", "gemini")
PUBLISHED = (
    "skills",
    "evals",
    "docs",
    ".claude-plugin",
    ".cursor-plugin",
    ".codex-plugin",
    "README.md",
    "LICENSE",
)
QUIET = {
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DO_NOT_TRACK": "1",
}
FAKE = {
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "sk-ant-fake",
    "OPENAI_API_KEY": "sk-fake",
}


class UnavailableError(Exception):
    """The npm registry, or npm itself, cannot be had here."""


def install(folder: Path, packages: tuple[str, ...] = PACKAGES) -> Path:
    """Puts the packages into `folder` by npm, with the caller's npm settings; returns the commands' folder."""
    commands = folder / "node_modules" / ".bin"
    if all((commands / name).exists() for name in COMMANDS):
        return commands
    if not shutil.which("npm"):
        raise UnavailableError("npm is not installed")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), *packages]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if ran.returncode:
        raise UnavailableError(f"npm could not install {', '.join(packages)}: {ran.stderr.strip().splitlines()[-1:]}")
    return commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone with a home and a project of their own, who has the clients on the path."""

    home: Path
    project: Path
    commands: Path

    def environment(self) -> dict[str, str]:
        (self.home / "tmp").mkdir(parents=True, exist_ok=True)
        npx = Path(shutil.which("npx") or "/usr/bin/npx").parent
        return {
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "PATH": os.pathsep.join((str(self.commands), str(npx), "/usr/bin", "/bin")),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            **QUIET,
            **FAKE,
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.project,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def skills(self, *arguments: str) -> str:
        """Runs the installer by npx, from the copy that npm has put beside the clients."""
        prefix = str(self.commands.parent.parent)
        ran = self.run("npx", "--prefix", prefix, "--no-install", "skills", *arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def first_event(self, *command: str) -> dict[str, Any]:
        """The first JSON line that a command prints; the command is then ended."""
        process = subprocess.Popen(
            command,
            cwd=self.project,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            return json.loads(process.stdout.readline())
        finally:
            process.kill()
            process.communicate()


def published(folder: Path) -> tuple[Path, Path]:
    """A working copy of what this repository publishes, and the bare repository it pushes to."""
    work, bare = folder / "work", folder / "agentport-skills.git"
    work.mkdir()
    for name in PUBLISHED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, work / name)
        elif source.exists():
            shutil.copy(source, work / name)
    git(work, "init", "-q", "-b", "main")
    commit(work, "Publish")
    git(folder, "clone", "-q", "--bare", str(work), str(bare))
    git(work, "remote", "add", "origin", str(bare))
    return work, bare


def commit(work: Path, message: str) -> None:
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", message)


def git(folder: Path, *arguments: str) -> None:
    identity = (
        "-c",
        "user.name=publisher",
        "-c",
        "user.email=publisher@example.com",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
