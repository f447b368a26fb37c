"""Runs a gateway as a process of its own for a test, and ends it and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_TIMEOUT = 60.0


@dataclass(frozen=True)
class Served:
    """A running gateway: what its ready-file says, the file, and the process."""

    told: dict[str, Any]
    ready_file: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it without warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def served(folder: Path, *options: str, module: tuple[str, ...] = ("agentport_harness", "serve")) -> Iterator[Served]:
    """A demo gateway on a free port of loopback, its data below ``folder``."""
    ready = folder / "ready.json"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    environment["AGENTPORT_CLIENT_DOCUMENTS"] = "false"  # no test asks the internet for anything
    command = [
        sys.executable, "-m", *module, "--port", "0", "--demo", "--poll-budget", "1",
        "--ready-file", str(ready), "--database-url", f"sqlite:///{folder}/gateway.db", *options,
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        end = time.monotonic() + START_TIMEOUT
        while not ready.exists():
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < end, "the gateway did not get ready"
            time.sleep(0.02)
        yield Served(json.loads(ready.read_text(encoding="utf-8")), ready, process)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
