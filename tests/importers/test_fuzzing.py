"""Every reader of recordings, fed with what a coverage-guided fuzzer finds in a bounded time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from judging import FIXTURES

SECONDS = 40
PROGRAM = """
import sys, tempfile, os
import atheris
with atheris.instrument_imports(include=["agentport_harness.importers", "agentport_harness.records",
                                         "agentport_harness.parsing", "agentport_harness.loaders"]):
    from agentport_harness import loaders, records
from agentport_harness.core.trace import Trace
from agentport_harness.sources import Source
from agentport_harness.surfaces.reading import read_session
import io

def one(data):
    reader = records.Records(Source(name="fuzz.jsonl", path=None))
    for found in loaders._sessions(reader, reader.of(io.BytesIO(data)), loaders.available()):
        if isinstance(found, Trace):
            read_session(found)

atheris.Setup(sys.argv, one)
atheris.Fuzz()
"""


@pytest.mark.slow
def test_no_bytes_end_in_a_traceback_or_a_hang(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python")
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number, path in enumerate(sorted(FIXTURES.glob("*/*"))):
        if path.is_file():
            (seeds / f"{number}").write_bytes(path.read_bytes()[:60_000])
    program = tmp_path / "fuzz.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program), f"-max_total_time={SECONDS}", "-timeout=10", "-max_len=60000", "-seed=1",
         f"-artifact_prefix={tmp_path}/", str(seeds)],
        capture_output=True, text=True, timeout=110, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4_000:]
    assert "Done" in done.stderr
