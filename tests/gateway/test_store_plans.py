"""The statements of the hot path find their rows by an index, however long the history is."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import create_engine

from agentport_gateway.store import approvals, audit
from agentport_gateway.store.schema import metadata

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_no_statement_walks_through_a_table() -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    plans: list[str] = []
    said: list[str] = []

    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.set_trace_callback(said.append)
        wanted = _request()
        approvals.ask(connection, wanted, limit=5)
        approvals.decide(connection, org_id="o", request_id=wanted.id, decision="approve_once", decided_by="h", now=NOW)
        approvals.consume(
            connection, org_id="o", request_id=wanted.id, target="t", runner="r", lease_until=NOW, now=NOW
        )
        approvals.end_overdue(connection, NOW, limit=9)
        approvals.live_for(connection, "d")
        approvals.released_tools(connection, "o")
        approvals.renew_leases(connection, runner="r", lease_until=NOW)
        approvals.newest(connection, org_id="o", now=NOW, status="pending")
        audit.complete_requests(connection, ["r"], outcome="executed", now=NOW)
        audit.complete(connection, "e", outcome="executed", now=NOW)
        audit.newest(connection, org_id="o", wanted=audit.Filter(), limit=50)
        driver.set_trace_callback(None)
        for statement in said:
            if statement.startswith(("SELECT", "UPDATE", "INSERT INTO approval_requests")):
                rows = driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
                plans.extend(f"{row[3]}   <- {statement[:80]}" for row in rows)
    engine.dispose()
    # The partial index of running calls holds those alone: walking it is as short as they are few.
    harmless = ("CONSTANT ROW", "ix_approval_requests_running")
    walked = [plan for plan in plans if plan.startswith("SCAN") and not any(one in plan for one in harmless)]
    sorted_anew = [plan for plan in plans if "TEMP B-TREE FOR ORDER" in plan]
    assert len(said) > 10
    assert plans
    assert walked == []
    assert sorted_anew == []


def _request() -> approvals.ApprovalRequest:
    return approvals.ApprovalRequest(
        id="r",
        org_id="o",
        integration_id="i",
        tool_name="x",
        target="t",
        target_label="t",
        arguments="{}",
        digest="d",
        additional_info=None,
        api_key_id="k",
        asked_by="k",
        rule_id=None,
        status="pending",
        created_at=NOW,
        expires_at=NOW.replace(year=2027),
    )
