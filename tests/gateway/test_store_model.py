"""The real store against a simple model: whatever the order of events, an approval runs at most once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from agentport_gateway.domain.approvals import ApprovalRequest, status_at
from agentport_gateway.store import accounts, approvals, policies
from agentport_gateway.store.schema import metadata

TENANTS = ("one", "two")
LIMIT = 3
EXPIRY = timedelta(minutes=10)


@dataclass(slots=True)
class Expected:
    """What the model knows of one request."""

    id: str
    tenant: str
    key: str
    call: int
    status: str
    expires_at: datetime
    execution: str = "none"
    runner: str = ""
    target: str = "here"
    started: int = 0
    given_back: int = 0


class Store(RuleBasedStateMachine):
    """Calls, decisions, runs, expiry, revocation, policy and restarts of two tenants."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = self.open()
        self.connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.expected: dict[str, Expected] = {}
        self.denied: set[tuple[str, int]] = set()
        self.revoked: set[str] = set()
        self.next_id = 0

    def open(self) -> Engine:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        metadata.create_all(engine)
        return engine

    def teardown(self) -> None:
        self.connection.close()
        self.engine.dispose()

    @initialize()
    def furnish(self) -> None:
        for tenant in TENANTS:
            accounts.register(
                self.connection,
                org_id=tenant,
                org_name=tenant,
                user_id=f"user-{tenant}",
                email=f"{tenant}@example.org",
                password_hash="-",
                organisations_limit=2,
                now=self.now,
            )
            for number in range(2):
                key = accounts.ApiKey(
                    id=f"{tenant}-{number}",
                    org_id=tenant,
                    name="key",
                    prefix="ap_",
                    created_at=self.now,
                    last_used_at=None,
                    revoked_at=None,
                )
                accounts.add_key(self.connection, key=key, key_hash=key.id, created_by=None)

    def status(self, one: Expected) -> str:
        overdue = one.status in ("pending", "approved") and self.now >= one.expires_at
        return "expired" if overdue else one.status

    def pick(self, number: int) -> Expected | None:
        known = list(self.expected.values())
        return known[number % len(known)] if known else None

    @rule(tenant=st.sampled_from(TENANTS), number=st.integers(0, 1), call=st.integers(0, 4))
    def ask(self, tenant: str, number: int, call: int) -> None:
        key = f"{tenant}-{number}"
        if key in self.revoked:
            return
        self.next_id += 1
        wanted = ApprovalRequest(
            id=f"request-{self.next_id}",
            org_id=tenant,
            integration_id="shop",
            tool_name=f"tool-{call}",
            target="here",
            target_label="here",
            arguments="{}",
            digest=f"{tenant}/{call}",
            additional_info=None,
            api_key_id=key,
            asked_by="key",
            rule_id=None,
            status="pending",
            created_at=self.now,
            expires_at=self.now + EXPIRY,
        )
        live = [
            one
            for one in self.expected.values()
            if (one.tenant, one.call) == (tenant, call) and self.status(one) in ("pending", "approved")
        ]
        pending = [one for one in self.expected.values() if one.key == key and self.status(one) == "pending"]
        try:
            found, is_new = approvals.ask(self.connection, wanted, limit=LIMIT)
        except approvals.TooManyPendingError:
            assert not live
            assert len(pending) >= LIMIT
            return
        assert is_new is not bool(live)
        if live:
            assert found.id == live[0].id
        else:
            assert len(pending) < LIMIT
            self.expected[found.id] = Expected(found.id, tenant, key, call, "pending", wanted.expires_at)

    @precondition(lambda self: self.expected)
    @rule(
        number=st.integers(0, 50),
        tenant=st.sampled_from(TENANTS),
        decision=st.sampled_from(["approve_once", "deny"]),
    )
    def decide(self, number: int, tenant: str, decision: Literal["approve_once", "deny"]) -> None:
        one = self.pick(number)
        assert one is not None
        decided = approvals.decide(
            self.connection,
            org_id=tenant,
            request_id=one.id,
            decision=decision,
            decided_by="human",
            now=self.now,
        )
        possible = one.tenant == tenant and self.status(one) == "pending"
        assert (decided is not None) is possible
        if possible:
            one.status = "denied" if decision == "deny" else "approved"

    @precondition(lambda self: self.expected)
    @rule(
        number=st.integers(0, 50),
        goes_to=st.sampled_from(["here", "here", "elsewhere"]),
        runner=st.sampled_from("ab"),
    )
    def consume(self, number: int, goes_to: str, runner: str) -> None:
        one = self.pick(number)
        assert one is not None
        consumed = approvals.consume(
            self.connection,
            org_id=one.tenant,
            request_id=one.id,
            target=goes_to,
            runner=runner,
            lease_until=self.now + timedelta(seconds=30),
            now=self.now,
        )
        possible = (
            self.status(one) == "approved"
            and goes_to == one.target
            and one.key not in self.revoked
            and (one.tenant, one.call) not in self.denied
        )
        assert (consumed is not None) is possible
        if possible:
            one.status, one.execution, one.runner = "consumed", "running", runner
            one.started += 1

    @precondition(lambda self: self.expected)
    @rule(
        number=st.integers(0, 50),
        runner=st.sampled_from("ab"),
        how=st.sampled_from(["done", "unknown", "back"]),
    )
    def end_run(self, number: int, runner: str, how: Literal["done", "unknown", "back"]) -> None:
        one = self.pick(number)
        assert one is not None
        possible = one.execution == "running" and one.runner == runner
        if how == "back":
            ended = approvals.give_back(self.connection, request_id=one.id, runner=runner)
            if possible:
                one.status, one.execution = "approved", "none"
                one.given_back += 1
        else:
            result = {"content": []} if how == "done" else None
            ended = approvals.finish(
                self.connection, request_id=one.id, runner=runner, execution=how, result=result, now=self.now
            )
            if possible:
                one.execution = how
        assert (ended is not None) is possible

    @rule(alive=st.sampled_from("ab"))
    def restart(self, alive: str) -> None:
        lost = approvals.lose_runs(self.connection, now=self.now, but=alive)
        for request in lost:
            assert self.expected[request.id].runner != alive or request.lease_until is None
            self.expected[request.id].execution = "unknown"

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for one in self.expected.values():
            if one.execution == "running":
                approvals.renew_leases(self.connection, runner=one.runner, lease_until=self.now + timedelta(seconds=30))

    @rule()
    def sweep(self) -> None:
        for request in approvals.end_overdue(self.connection, self.now, limit=2):
            assert self.status(self.expected[request.id]) == "expired"
            self.expected[request.id].status = "expired"

    @rule(tenant=st.sampled_from(TENANTS), number=st.integers(0, 1))
    def revoke(self, tenant: str, number: int) -> None:
        key = f"{tenant}-{number}"
        if key.endswith("-0"):
            return
        accounts.revoke_key(self.connection, org_id=tenant, key_id=key, now=self.now)
        approvals.end_live(self.connection, org_id=tenant, api_key_id=key, reason="key_revoked", now=self.now)
        self.revoked.add(key)
        for one in self.expected.values():
            if one.key == key and one.status in ("pending", "approved"):
                one.status = "expired"

    @rule(tenant=st.sampled_from(TENANTS), call=st.integers(0, 4), deny=st.booleans())
    def set_mode(self, tenant: str, call: int, deny: bool) -> None:
        policies.set_mode(
            self.connection,
            org_id=tenant,
            integration_id="shop",
            tool_name=f"tool-{call}",
            mode="deny" if deny else "require_approval",
            by=None,
            now=self.now,
        )
        (self.denied.add if deny else self.denied.discard)((tenant, call))

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        for one in self.expected.values():
            found = approvals.find(self.connection, org_id=one.tenant, request_id=one.id)
            assert found is not None
            assert status_at(found, self.now) == self.status(one)
            assert found.execution == one.execution
            other = TENANTS[one.tenant == "one"]
            assert approvals.find(self.connection, org_id=other, request_id=one.id) is None

    @invariant()
    def nothing_runs_more_often_than_it_was_approved(self) -> None:
        for one in self.expected.values():
            assert one.started - one.given_back <= 1


Store.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestStore = Store.TestCase


def test_the_first_words_for_the_human_are_kept_and_later_ones_fill_a_gap() -> None:
    store = Store()
    store.furnish()
    store.ask("one", 0, 0)
    found = approvals.newest(store.connection, org_id="one", now=store.now)[0]
    for words, kept in ((None, None), ("why", "why"), ("other", "why")):
        again = replace(found, id=f"again-{words}", additional_info=words)
        assert approvals.ask(store.connection, again, limit=LIMIT)[0].additional_info == kept
    store.teardown()
