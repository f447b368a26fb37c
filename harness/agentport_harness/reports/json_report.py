"""``agentport-run/1``: the run as JSON, for scripts."""

from __future__ import annotations

import json

from agentport_harness.core.report import Run
from agentport_harness.core.run_format import run_document
from agentport_harness.core.writer import Look, Writer


def _write(run: Run, _look: Look) -> str:
    # ASCII only: a lone surrogate of a recording stays escaped instead of breaking the output
    return json.dumps(run_document(run), indent=2, ensure_ascii=True) + "\n"


JSON_REPORT = Writer(name="json", write=_write)
