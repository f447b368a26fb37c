from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from agentport_harness.core.amounts import Passed, Spoken, agrees, in_major_units, passed_amounts, spoken_amounts
from agentport_harness.core.call_edits import with_info
from agentport_harness.core.calls import CallTool
from agentport_harness.core.purpose import want_of_purpose
from agentport_harness.core.recipients import compared
from agentport_harness.core.remembering import remembered
from agentport_harness.core.reviewer import infos
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.schemas import described_parameters
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace

_PART_OF_IT = re.compile(
    r"\bhalf\b|\bpart(?:ial(?:ly)?)?\b|\bpercent\b|%|\bper\b|\beach\b|\bremain\w*|\brest\b|\bdifference\b|"
    r"\binstead of\b|"
    r"\bout of\b|\bteil\w*|\bhälfte\b|\brestlich\w*|\bmoitié\b|\bpartie\b|\bmitad\b|\bparte\b|\bmetà\b|\bmetade\b|"
    r"一半|部分|半額|половин\w*|част\w*",
    re.IGNORECASE,
)
_DOUBLE = re.compile(
    r"\btimes\b|\btwice\b|\bdoubl\w*|\bduplicate\w*|doppelt|zweimal|\bdeux fois\b|\bdos veces\b|\bdue volte\b|"
    r"\bduas vezes\b|重复|两次|二重|二回|дважды",
    re.IGNORECASE,
)


@rule(
    "AP207",
    level="MUST",
    why="The reviewer decides by the sentence: if it names another amount or person than the call, the wrong thing "
    "is approved.",
    mend="Write the text from the final arguments, and rewrite it whenever an argument changes.",
    passes="arguments: {amount: 4900, currency: “usd”} · additional_info: “$49.00 for order 1182 …”",
    fails="arguments: {amount: 49000, currency: “usd”} · additional_info: “$49.00 for order 1182 …”",
    needs=("arguments",),
)
def info_true(session: Session) -> Iterator[Observation]:
    """`additional_info` does not contradict the arguments: no other amount, no other recipient.

    Looked at, where both sides name it: amounts with their currency, in any notation, in minor units (4900 with usd is
    $49.00) or major ones - in minor ones only, where the argument's name, its described schema or an amount in a human
    message tells so; e-mail addresses; prefixed ids of the same kind (`cus_…`); channels; telephone and account
    numbers; names of people under an argument that holds one. An amount next to words such as “half”, “each” or “of”
    may be another than the call's, and one of several is enough; an address of the person who asked is no recipient.
    What only one side names is not compared, nor a text that says nothing of a purpose (info-says-why). Blind spots:
    dates, quantities, titles, names in running prose, and an amount that is wrong by the factor between minor and major
    units where nothing tells which is meant.
    """
    for action, call, info in infos(session):
        if want_of_purpose(info, call):
            continue
        differences = [*_amounts(session, action, call, info), *compared(info, call.arguments)]
        wrong = next(((said, given) for said, given, agree in differences if not agree), None)
        if wrong is not None:
            yield Broken(
                at=action.seq,
                message=f"additional_info says {wrong[0]}, the arguments say {wrong[1]}",
                evidence=info,
                expected="a text that agrees with the arguments",
            )
        elif differences:
            yield Kept(at=action.seq)


def _amounts(session: Session, action: Action, call: CallTool, info: str) -> Iterator[tuple[str, str, bool]]:
    said = spoken_amounts(info)
    properties = described_parameters(session, call.integration, call.tool, before=action.seq)
    given = (
        [_with_unit(amount, session, action) for amount in passed_amounts(call.arguments, properties)] if said else []
    )
    if not said or not given:
        return
    if any(agrees(spoken, passed) for spoken in said for passed in given):
        yield said[0].text, _written(given[0]), True
    elif not _could_be_another(info, said, given):
        yield said[0].text.strip(), _written(given[0]), False


def _with_unit(amount: Passed, session: Session, action: Action) -> Passed:
    """The amount, in minor units when a human has spoken of the very same one in major units."""
    if amount.unit or amount.value == 0:
        return amount
    minor = replace(amount, unit="minor")
    spoken = _spoken_by_humans(session).get(in_major_units(minor))
    return minor if spoken is not None and spoken < action.seq else amount


@remembered(8)
def _spoken_by_humans(session: Session) -> Mapping[Decimal, int]:
    """The event at which a human first spoke of each amount."""
    first: dict[Decimal, int] = {}
    for seq, message in session.human_messages():
        for spoken in spoken_amounts(message.text[:20_000]):
            first.setdefault(spoken.value.normalize(), seq)
    return first


def _could_be_another(info: str, said: list[Spoken], given: list[Passed]) -> bool:
    """Whether the text may speak of a sum of which the call moves a part, or adds up what the call moves."""
    if _PART_OF_IT.search(info):
        return True
    total = replace(said[0], value=sum((spoken.value for spoken in said), start=said[0].value * 0))
    whole = replace(given[0], value=sum((passed.value for passed in given), start=given[0].value * 0))
    if _DOUBLE.search(info):
        said = [*said, *(replace(spoken, value=spoken.value * 2) for spoken in said)]
        given = [*given, *(replace(passed, value=passed.value * 2) for passed in given)]
    gap = replace(said[0], value=abs(said[0].value - said[-1].value))
    return any(agrees(spoken, passed) for spoken in (*said, total, gap) for passed in (*given, whole))


def _written(amount: Passed) -> str:
    return " ".join(part for part in (f"{amount.name} {amount.value}", amount.currency) if part)


@info_true.mutation
def say_another_amount(session: Session) -> Iterable[Trace]:
    """The one amount that a reason states, with one digit more; of several, another could still be the call's."""
    for action, call, info in infos(session):
        spoken = spoken_amounts(info)
        if len(spoken) == 1 and not _PART_OF_IT.search(info) and next(passed_amounts(call.arguments, {}), None):
            other = re.sub(r"(\d)", r"9\1", spoken[0].text, count=1)
            yield with_info(session.trace, action, info.replace(spoken[0].text, other))


@info_true.mutation
def say_another_recipient(session: Session) -> Iterable[Trace]:
    """Each address that a reason and the arguments share, at another host in the reason."""
    for action, call, info in infos(session):
        for said, _, agree in compared(info, call.arguments):
            if agree and "@" in said:
                yield with_info(
                    session.trace, action, info.replace(said, f"{said.partition('@')[0]}@elsewhere.example")
                )
