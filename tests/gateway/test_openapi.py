"""The OpenAPI document is true: no 5xx, and only answers that it documents."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from .test_serving import is_ready, sign_in, start

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_generated_requests_get_documented_answers(tmp_path: Path) -> None:
    pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert command is not None
    process, ready = start(tmp_path, demo=True)
    try:
        told = await is_ready(process, ready)
        async with httpx2.AsyncClient(base_url=told["base_url"]) as http:
            human = await sign_in(http, told["human"])
        answer = await asyncio.to_thread(
            subprocess.run,
            [
                command,
                "run",
                f"{told['base_url']}/api/openapi.json",
                *("--header", f"Authorization: {human['Authorization']}"),
                *("--max-examples", "15", "--phases", "examples,coverage,fuzzing", "--request-timeout", "10"),
                *("--checks", "not_a_server_error,status_code_conformance,response_schema_conformance"),
                # Waiting and calling wait by design; signing in wrongly locks the account.
                *("--exclude-path-regex", "await|/call$|auth/token"),
            ],
            capture_output=True,
            text=True,
            timeout=110,
            cwd=tmp_path,
        )
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate)
    assert answer.returncode == 0, answer.stdout[-5000:]
