"""Tools and policies: what each tool may do, the rules that depend on arguments, and a box to try them in."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

from agentport_gateway.domain.exact_json import InexactJsonError, parse
from agentport_gateway.domain.policy import (
    DEFAULT_MODE,
    MODES,
    OPERATORS,
    Condition,
    Mode,
    Operator,
    Rule,
    Verdict,
    decide,
    lets_more_run,
)
from agentport_gateway.operations.configuring import add_rule, change_rule, remove_rule, set_mode
from agentport_gateway.operations.confirming import CodeRefusedError, CodeRequiredError, require_code
from agentport_gateway.store.policies import PlacedRule
from agentport_gateway.surfaces.web.arguments import folded
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render
from agentport_gateway.upstreams.upstream import UpstreamError

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.surfaces.web.visit import Visit
    from agentport_gateway.upstreams.upstream import Tool
    from agentport_gateway.views import Connected, View

pages = Pages()

_PATIENCE_SECONDS = 8.0
_CONDITION_ROWS = 3
_MOST_VALUES = 100
_DONE = {
    "mode": "Saved.",
    "rule-added": "The rule is in force.",
    "rule-changed": "The rule was changed.",
    "rule-removed": "The rule was removed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A tool in its integration's list."""

    name: str
    description: str
    mode: Mode
    rules: int
    offered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An integration's tools, or why they cannot be told."""

    connected: Connected
    tools: tuple[Listed, ...] = ()
    failure: str | None = None


@pages.get("/tools")
async def show(visit: Visit) -> Response:
    """Every connected integration and its tools."""
    view = await visit.gateway.views.of(visit.human.org_id)
    sections = await asyncio.gather(*(_section(visit, view, one) for one in view.connected.values()))
    return render(visit, "tools.html", sections=sections, only=None)


@pages.get("/tools/{integration_id}")
async def show_one(visit: Visit) -> Response:
    """One integration's tools."""
    view = await visit.gateway.views.of(visit.human.org_id)
    connected = view.connected.get(visit.request.path_params["integration_id"])
    if connected is None:
        return go("/tools")
    return render(visit, "tools.html", sections=[await _section(visit, view, connected)], only=connected)


@pages.get("/tools/{integration_id}/tool")
async def show_tool(visit: Visit) -> Response:
    """One tool: its mode, its rules, and the box to try them in."""
    return await _page(visit)


@pages.post("/tools/{integration_id}/mode")
async def change_mode(visit: Visit) -> Response:
    """Set the tool's mode; allowing needs the second factor, where the person has one."""
    mode = next((one for one in MODES if one == visit.form.text("mode")), None)
    name = _name(visit)
    if mode is None or not await _known(visit) or not name:
        return await _page(visit, fault="Choose a mode.", status=422)
    if mode == "allow" and (refused := await _confirm(visit)) is not None:
        return await _page(visit, mode_fault=refused, chosen=mode, status=403)
    await set_mode(visit.gateway, visit.human, visit.request.path_params["integration_id"], name, mode)
    return go(_at(visit, done="mode"))


@pages.post("/tools/{integration_id}/rules")
async def make_rule(visit: Visit) -> Response:
    """Add a rule; one that allows needs the second factor, where the person has one."""
    effect = next((one for one in MODES if one == visit.form.text("effect")), None)
    conditions, fault = _conditions(visit)
    priority = _priority(visit.form.text("priority"))
    if effect is None or priority is None or fault or not await _known(visit) or not _name(visit):
        fault = fault or "Choose what the rule does, and give it a whole number as its priority."
        return await _page(visit, rule_fault=fault, status=422)
    rule = Rule(
        id=visit.gateway.ids.uuid(), priority=priority, effect=effect, enabled=True, conditions=tuple(conditions)
    )
    if lets_more_run(None, rule) and (refused := await _confirm(visit)) is not None:
        return await _page(visit, rule_fault=refused, status=403)
    await add_rule(visit.gateway, visit.human, _placed(visit, rule))
    return go(_at(visit, done="rule-added"))


@pages.post("/tools/{integration_id}/rules/change")
async def alter_rule(visit: Visit) -> Response:
    """Switch a rule on or off, or remove it."""
    view = await visit.gateway.views.of(visit.human.org_id)
    place = (visit.request.path_params["integration_id"], _name(visit))
    rule = next((one for one in view.rules.get(place, ()) if one.id == visit.form.text("rule_id")), None)
    if rule is None:
        return await _page(visit, fault="There is no such rule any more.", status=404)
    wanted = visit.form.text("change")
    changed = None if wanted == "remove" else replace(rule, enabled=wanted == "on")
    if lets_more_run(rule, changed) and (refused := await _confirm(visit)) is not None:
        return await _page(visit, fault=refused, status=403)
    if changed is None:
        await remove_rule(visit.gateway, visit.human, _placed(visit, rule))
        return go(_at(visit, done="rule-removed"))
    await change_rule(visit.gateway, visit.human, _placed(visit, changed))
    return go(_at(visit, done="rule-changed"))


@pages.post("/tools/{integration_id}/try")
async def try_it(visit: Visit) -> Response:
    """What the policy would say to these arguments now; nothing is called."""
    typed = visit.form.text("arguments", most=200_000) or "{}"
    try:
        arguments = parse(typed.encode("utf-8", "replace"))
    except InexactJsonError as error:
        return await _page(visit, tried=typed, try_fault=f"Not understood: {error}.", status=422)
    if not isinstance(arguments, dict):
        return await _page(visit, tried=typed, try_fault="Arguments are a JSON object: {…}.", status=422)
    view = await visit.gateway.views.of(visit.human.org_id)
    place = (visit.request.path_params["integration_id"], _name(visit))
    verdict = decide(arguments=arguments, configured=view.modes.get(place), rules=view.rules.get(place, ()))
    return await _page(visit, tried=typed, verdict=verdict)


async def _page(visit: Visit, *, status: int = 200, **shown: Any) -> Response:
    view = await visit.gateway.views.of(visit.human.org_id)
    connected, name = view.connected.get(visit.request.path_params["integration_id"]), _name(visit)
    if connected is None or not name:
        return go("/tools")
    tools, failure = await _tools(visit, connected)
    place = (connected.integration.id, name)
    tool, rules = tools.get(name), view.rules.get(place, ())
    verdict: Verdict | None = shown.pop("verdict", None)
    context: dict[str, Any] = {
        "fault": None,
        "mode_fault": None,
        "rule_fault": None,
        "try_fault": None,
        "tried": json.dumps(dict.fromkeys(_parameters(tool), ""), indent=2),
        "chosen": view.modes.get(place, DEFAULT_MODE),
        "typed": {one: visit.form.raw(one) for one in visit.form.fields},
        **shown,
    }
    return render(
        visit,
        "tool.html",
        status=status,
        connected=connected,
        name=name,
        tool=tool,
        description=folded(tool.description) if tool else None,
        failure=failure,
        schema=json.dumps(tool.input_schema, ensure_ascii=False, indent=2) if tool else "",
        parameters=_parameters(tool),
        mode=view.modes.get(place, DEFAULT_MODE),
        is_default=place not in view.modes,
        rules=rules,
        verdict=verdict,
        winner=next((one for one in rules if verdict and one.id == verdict.rule_id), None),
        condition_rows=range(1, _CONDITION_ROWS + 1),
        operators=OPERATORS,
        has_second_factor=visit.human.has_second_factor,
        done=_DONE.get(visit.request.query_params.get("done", "")),
        **context,
    )


async def _section(visit: Visit, view: View, connected: Connected) -> Section:
    tools, failure = await _tools(visit, connected)
    integration_id = connected.integration.id
    names = {*tools, *(tool for of, tool in view.modes if of == integration_id)}
    return Section(
        connected=connected,
        failure=failure,
        tools=tuple(
            Listed(
                name=name,
                description=tools[name].description if name in tools else "",
                mode=view.modes.get((integration_id, name), DEFAULT_MODE),
                rules=len(view.rules.get((integration_id, name), ())),
                offered=name in tools or failure is not None,
            )
            for name in sorted(names)
        ),
    )


async def _tools(visit: Visit, connected: Connected) -> tuple[dict[str, Tool], str | None]:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return dict(await visit.gateway.upstreams.of(connected).tools()), None
    except UpstreamError as error:
        return {}, str(error)
    except TimeoutError:
        return {}, "it did not answer in time"


async def _known(visit: Visit) -> bool:
    view = await visit.gateway.views.of(visit.human.org_id)
    return visit.request.path_params["integration_id"] in view.connected


async def _confirm(visit: Visit) -> str | None:
    """Why this may not be done without another code, if it may not."""
    try:
        await require_code(visit.gateway, visit.human, "".join(visit.form.text("totp_code", most=100).split()))
    except CodeRequiredError:
        return "This lets more calls run: give a code of your second factor."
    except CodeRefusedError:
        return "This code is wrong or was used before. Wait for your app to show the next one."
    return None


def _conditions(visit: Visit) -> tuple[list[Condition], str | None]:
    found: list[Condition] = []
    for number in range(1, _CONDITION_ROWS + 1):
        param = visit.form.text(f"param_{number}", most=200)
        values = [line.strip() for line in visit.form.text(f"values_{number}").splitlines() if line.strip()]
        operator: Operator | None = next(
            (one for one in get_args(Operator) if one == visit.form.text(f"operator_{number}")), None
        )
        if not param and not values:
            continue
        if not param or not values or operator is None:
            return [], "A condition needs a parameter and at least one value."
        if len(values) > _MOST_VALUES or any(len(value) > 1000 for value in values):
            return [], f"A condition takes at most {_MOST_VALUES} values of at most 1,000 characters."
        found.append(Condition(param=param, operator=operator, values=tuple(values)))
    return found, None


def _priority(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _parameters(tool: Tool | None) -> list[str]:
    properties = tool.input_schema.get("properties") if tool else None
    return [str(name) for name in properties][:50] if isinstance(properties, dict) else []


def _placed(visit: Visit, rule: Rule) -> PlacedRule:
    return PlacedRule(integration_id=visit.request.path_params["integration_id"], tool_name=_name(visit), rule=rule)


def _name(visit: Visit) -> str:
    """The tool's name; it may hold any character, so it is no part of the path."""
    given = visit.form.raw("tool", most=200) or visit.request.query_params.get("name", "")
    return given[:200].replace("\x00", "")


def _at(visit: Visit, *, done: str) -> str:
    integration_id = quote(visit.request.path_params["integration_id"], safe="")
    return f"/tools/{integration_id}/tool?name={quote(_name(visit), safe='')}&done={done}"
