"""Whether arguments fit a JSON Schema, as far as a safe subset can tell: in bounded time, fetching nothing.

A schema comes from a stranger and may be hostile. So remote references are never followed, regular expressions are
tried only when they cannot run away, the work is limited, and a keyword that is not known here is taken as met.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from agentport_harness.core.json_values import JSON, as_object, as_text, identity

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (Mapping,),
    "array": (list, tuple),
    "string": (str,),
    "number": (int, float),
    "integer": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_BOUNDS: tuple[tuple[str, Callable[[float, float], bool], str], ...] = (
    ("minimum", operator.ge, "at least"),
    ("maximum", operator.le, "at most"),
    ("exclusiveMinimum", operator.gt, "more than"),
    ("exclusiveMaximum", operator.lt, "less than"),
)
_STEPS = 50_000
_DEEPEST = 60
_RUNS_AWAY = re.compile(r"\)[*+{?]|[*+}][*+]|\\[1-9]|\(\?[<=!P]|[*+].*[*+].*[*+]")


def misfit(value: JSON, schema: JSON) -> str:
    """Where the value does not fit, and what was expected there; empty when it fits or nothing can tell."""
    try:
        return next(_Fit(schema).faults(value, schema, "", 0), "")
    except ValueError:  # a number that is too long to be written
        return ""


class _Fit:
    """One validation: the root that local references point into, the work that is left, and what is known by now."""

    def __init__(self, root: JSON) -> None:
        self.root, self.left = root, _STEPS
        self._identities: dict[int, str] = {}
        self._allowed: dict[int, Mapping[str, None]] = {}

    def faults(self, value: JSON, schema: JSON, at: str, depth: int) -> Iterator[str]:
        rules = as_object(schema)
        names = len(_items(rules.get("required"))) + len(_items(rules.get("type")))
        self.left -= 1 + names + (len(value) if isinstance(value, Mapping) else 0)
        if self.left < 0 or depth > _DEEPEST:
            return
        if schema is False:
            yield f"`{at or '$'}` is not allowed"
        if (reference := as_text(rules.get("$ref"))).startswith("#"):
            yield from self.faults(value, self._target(reference), at, depth + 1)
        yield from self._of_type(value, rules, at)
        yield from self._of_values(value, rules, at)
        for part in _items(rules.get("allOf")):
            yield from self.faults(value, part, at, depth + 1)
        for name in ("anyOf", "oneOf"):
            parts = _items(rules.get(name))
            if parts and not any(next(self.faults(value, part, at, depth + 1), None) is None for part in parts):
                yield f"`{at or '$'}` fits none of the allowed forms"
        if isinstance(value, Mapping):
            yield from self._of_object(value, rules, at, depth)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from self._of_array(value, rules, at, depth)

    def _of_type(self, value: JSON, rules: Mapping[str, JSON], at: str) -> Iterator[str]:
        given = rules.get("type")
        names = [given] if isinstance(given, str) else [name for name in _items(given) if isinstance(name, str)]
        if rules.get("nullable") is True:
            names.append("null")
        if names and all(name in _TYPES for name in names) and not any(_is(value, name) for name in names):
            yield f"`{at or '$'}` must be {' or '.join(names)}, not {_kind(value)}"

    def _of_values(self, value: JSON, rules: Mapping[str, JSON], at: str) -> Iterator[str]:
        allowed = self._any_of(_items(rules.get("enum")))
        if allowed and self._identity(value) not in allowed:
            yield f"`{at or '$'}` must be one of {', '.join(f'{item:.200}' for item in islice(allowed, 12))}"
        if "const" in rules and self._identity(value) != self._identity(rules["const"]):
            yield f"`{at or '$'}` must be {self._identity(rules['const']):.200}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield from _of_number(value, rules, at)
        if isinstance(value, str):
            yield from _of_text(value, rules, at)

    def _of_object(self, value: Mapping[str, JSON], rules: Mapping[str, JSON], at: str, depth: int) -> Iterator[str]:
        properties = as_object(rules.get("properties"))
        for name in _items(rules.get("required")):
            if isinstance(name, str) and name not in value:
                yield f"`{_join(at, name)}` is missing"
        for name, item in value.items():
            if name in properties:
                yield from self.faults(item, properties[name], _join(at, name), depth + 1)
            elif rules.get("additionalProperties") is False and "patternProperties" not in rules:
                yield f"`{_join(at, name)}` is not a parameter"
            elif isinstance(rules.get("additionalProperties"), Mapping) and "patternProperties" not in rules:
                yield from self.faults(item, rules["additionalProperties"], _join(at, name), depth + 1)

    def _of_array(self, value: Sequence[JSON], rules: Mapping[str, JSON], at: str, depth: int) -> Iterator[str]:
        least, most, each = rules.get("minItems"), rules.get("maxItems"), rules.get("items")
        if isinstance(least, int) and len(value) < least:
            yield f"`{at or '$'}` must have at least {least} items"
        if isinstance(most, int) and len(value) > most:
            yield f"`{at or '$'}` must have at most {most} items"
        if isinstance(each, Mapping) and "prefixItems" not in rules:
            for index, item in enumerate(value):
                yield from self.faults(item, each, f"{at}[{index}]", depth + 1)

    def _identity(self, value: JSON) -> str:
        """The identity of a part of the arguments or of the schema, worked out once: both outlive the validation."""
        if (known := self._identities.get(id(value))) is None:
            known = self._identities[id(value)] = identity(value)
        return known

    def _any_of(self, items: Sequence[JSON]) -> Mapping[str, None]:
        """The identities of a list of the schema, in order, worked out once."""
        if (known := self._allowed.get(id(items))) is None:
            known = self._allowed[id(items)] = dict.fromkeys(map(self._identity, items))
        return known

    def _target(self, reference: str) -> JSON:
        found: JSON = self.root
        for part in reference.lstrip("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            found = as_object(found).get(name, True)
        return found


def _of_number(value: int | float, rules: Mapping[str, JSON], at: str) -> Iterator[str]:
    for name, fits, words in _BOUNDS:
        bound = rules.get(name)
        if isinstance(bound, int | float) and not isinstance(bound, bool) and not fits(value, bound):
            yield f"`{at or '$'}` must be {words} {bound}"


def _of_text(value: str, rules: Mapping[str, JSON], at: str) -> Iterator[str]:
    least, most, pattern = rules.get("minLength"), rules.get("maxLength"), as_text(rules.get("pattern"))
    if isinstance(least, int) and len(value) < least:
        yield f"`{at or '$'}` must have at least {least} characters"
    if isinstance(most, int) and len(value) > most:
        yield f"`{at or '$'}` must have at most {most} characters"
    if pattern and len(pattern) <= 200 and len(value) <= 1_000 and not _RUNS_AWAY.search(pattern):
        try:
            fits = re.search(pattern, value) is not None
        except (re.error, RecursionError, OverflowError):
            return
        if not fits:
            yield f"`{at or '$'}` must match {pattern}"


def _is(value: JSON, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name])


def _kind(value: JSON) -> str:
    return next(
        name for name in ("boolean", "null", "integer", "number", "string", "object", "array") if _is(value, name)
    )


def _items(value: JSON) -> Sequence[JSON]:
    return value if isinstance(value, list | tuple) else ()


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
