"""What `info_kept` has to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup

from agentport_gateway.operations import calling
from agentport_gateway.surfaces.rest import logs, tool_approvals
from agentport_gateway.surfaces.web import rendering
from tests.faults.fault import breaks


@breaks("GW502")
def html_in_the_reviewers_page(patch: pytest.MonkeyPatch) -> None:
    """The page believes what it is given."""
    patch.setitem(rendering._environment().filters, "visible", Markup)
    # what is compiled already keeps the filter it was made with
    patch.setattr(rendering, "_environment", _fresh(rendering._environment))


def _fresh(whole: Any) -> Any:
    made = whole.__wrapped__()
    made.filters["visible"] = Markup
    return lambda: made


@breaks("GW502")
def words_are_tidied_up(patch: pytest.MonkeyPatch) -> None:
    """Blanks and line breaks are made one blank each."""
    whole = calling._wanted

    def broken(gateway: Any, call: Any, *more: Any) -> Any:
        return whole(gateway, replace(call, additional_info=" ".join((call.additional_info or "").split())), *more)

    patch.setattr(calling, "_wanted", broken)


@breaks("GW502")
def the_log_has_no_reasons(patch: pytest.MonkeyPatch) -> None:
    """The log shows the beginning of the words."""
    whole = logs.logged

    def broken(call: Any) -> Any:
        shown = whole(call)
        return {**shown, "additional_info": (shown["additional_info"] or "")[:40]}

    patch.setattr(logs, "logged", broken)


@breaks("GW502")
def the_request_is_escaped_twice(patch: pytest.MonkeyPatch) -> None:
    """The API gives HTML where it was given text."""
    from html import escape

    whole = tool_approvals.shown.request

    def broken(*given: Any) -> Any:
        shown = whole(*given)
        return {**shown, "additional_info": escape(shown["additional_info"] or "")}

    patch.setattr(tool_approvals.shown, "request", broken)
