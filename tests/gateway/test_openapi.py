"""The OpenAPI document is true: no 5xx, and only answers that it documents."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .test_serving import is_ready, sign_in, start
from .world import CALL, ask, facts

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.anyio


async def test_every_answer_is_described_and_the_answers_are_as_described(world: World) -> None:
    document = (await world.http.get("/api/openapi.json")).json()
    undescribed = [
        (method, path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status, response in operation["responses"].items()
        if status in ("200", "201") and not _described(response)
    ]
    assert [one for one in undescribed if one not in WITHOUT_SCHEMA] == []
    registry = Registry().with_resource("doc", Resource(contents=document, specification=DRAFT202012))
    human = world.first.as_human
    async with world.agent() as agent:
        for order, decision in (("1", "approve-once"), ("2", "deny"), ("3", None)):
            request_id = facts(await agent.call_tool(CALL, ask(order=order)))["request_id"]
            if decision is not None:
                answer = await world.decide(request_id, decision)
                _check(registry, document, "post", f"{REQUESTS}/{{request_id}}/{decision}", answer)
    await world.install("Probe", "http://127.0.0.1:9/mcp")
    rule = {"effect": "deny", "conditions": [{"param": "n", "operator": "equals", "values": ["1"]}]}
    rules = "/api/tool-settings/demo/refund/rules"
    made = await world.http.post(rules, json=rule, headers=human)
    _check(registry, document, "post", RULES, made)
    tried = await world.http.post(f"{rules}/test", json={"args": {"n": 1}}, headers=human)
    _check(registry, document, "post", f"{RULES}/test", tried)
    for path in LISTED:
        shown = path.replace("{integration_id}", "demo").replace("{tool_name}", "refund")
        answer = await world.http.get(shown.replace("{request_id}", request_id), headers=human)
        assert answer.json(), path
        _check(registry, document, "get", path, answer)


REQUESTS = "/api/tool-approvals/requests"
RULES = "/api/tool-settings/{integration_id}/{tool_name}/rules"
LISTED = (
    "/health",
    "/health/ready",
    "/api/users/me",
    "/api/users/me/totp/status",
    "/api/api-keys",
    "/api/integrations",
    "/api/integrations/{integration_id}",
    "/api/integrations/custom",
    "/api/installed",
    "/api/tools",
    "/api/tools/{integration_id}",
    "/api/tool-settings/{integration_id}",
    RULES,
    REQUESTS,
    f"{REQUESTS}/{{request_id}}",
    "/api/org-settings",
    "/api/logs",
)
WITHOUT_SCHEMA = (("get", "/api/logs/export"),)


def _described(response: dict[str, Any]) -> bool:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return "$ref" in schema or "$ref" in schema.get("items", {})


def _check(registry: Any, document: Any, method: str, path: str, answer: Any) -> None:
    response = document["paths"][path][method]["responses"][str(answer.status_code)]
    schema = json.loads(json.dumps(response["content"]["application/json"]["schema"]).replace('"#/', '"doc#/'))
    Draft202012Validator(schema, registry=registry).validate(answer.json())


@pytest.mark.slow
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
