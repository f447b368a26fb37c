"""What comes in a result's place, and what it asks for."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.surfaces.url_required import read_pending, read_url_required

ID = "0b6f3f0c-0000-4000-8000-000000000001"
URL = f"https://gw.example/approve/{ID}"


def required(url: str) -> JSON:
    page: JSON = {"method": "elicitation/create", "params": {"mode": "url", "message": "open", "url": url}}
    return {"resultType": "input_required", "inputRequests": {"page": page}, "requestState": "s"}


@pytest.mark.parametrize(
    ("pending", "request_id", "url"),
    [
        (required(URL), ID, URL),
        (required("https://gw.example/decide/abc123"), "abc123", "https://gw.example/decide/abc123"),
        ({"resultType": "task", "taskId": "t-1", "statusMessage": f"Approve at {URL}."}, ID, URL),
        ({"resultType": "task", "taskId": "t-1", "statusMessage": "Somebody has to look."}, "t-1", ""),
        ({"resultType": "task", "taskId": "t-1"}, "t-1", ""),
    ],
)
def test_a_page_or_a_task_asks_for_approval(pending: JSON, request_id: str, url: str) -> None:
    outcome = read_pending(pending)
    assert outcome is not None
    assert (outcome.kind, outcome.request_id, outcome.approval_url) == ("approval_required", request_id, url)


@pytest.mark.parametrize(
    ("pending", "kind"),
    [
        ({"resultType": "input_required", "requestState": "s"}, "still_pending"),
        ({"resultType": "input_required", "inputRequests": {"name": {"params": {}}}}, "still_pending"),
        ({"status": "working"}, "still_pending"),
        ({"status": "input_required"}, "still_pending"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "failed"}, "failed"),
    ],
)
def test_what_names_no_page_tells_how_far_it_is(pending: JSON, kind: str) -> None:
    outcome = read_pending(pending)
    assert outcome is not None
    assert outcome.kind == kind


@pytest.mark.parametrize("pending", [None, {}, {"resultType": "complete"}, "text"])
def test_an_ordinary_result_is_nothing_pending(pending: JSON) -> None:
    assert read_pending(pending) is None


def test_the_error_that_asks_for_a_page_names_the_request_by_its_url_or_by_the_elicitation() -> None:
    def read(url: str) -> str:
        asked: JSON = {"code": -32042, "data": {"elicitations": [{"url": url, "elicitationId": "e-1"}]}}
        outcome = read_url_required(asked)
        assert outcome is not None
        return outcome.request_id

    assert read(URL) == ID
    assert read("https://gw.example/decide") == "e-1"
    assert read_url_required({"code": -32042, "data": {"elicitations": [{}]}}) is None
    assert read_url_required({"code": -32042, "data": {}}) is None
    assert read_url_required({"code": -32602}) is None
