"""Reading one integration's file: what may stand in it, and where it is wrong if it is."""

from __future__ import annotations

import re
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class CatalogError(Exception):
    """A file of the catalogue is wrong; the text says which, in which line, and what was expected."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Parameter(_Part):
    name: str = Field(min_length=1)
    place: Literal["path", "query", "header", "body"] = Field(alias="in")
    required: bool | None = None
    type: str | None = None
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    description: str = ""


class _Tool(_Part):
    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    description: str = Field(min_length=1)
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = Field(default="/", pattern=r"^/")
    parameters: list[_Parameter] = []
    input_schema: dict[str, Any] | None = None
    result: Any = None

    @model_validator(mode="after")
    def _every_placeholder_is_a_parameter(self) -> Self:
        places = sorted(_PLACEHOLDER.findall(self.path))
        declared = sorted(one.name for one in self.parameters if one.place == "path")
        if places != declared:
            raise ValueError(f"the path has {places}, the parameters in the path are {declared}")
        return self


class _Definition(_Part):
    id: str = Field(pattern=r"^[a-z0-9_]{1,64}$")
    name: str = Field(min_length=1)
    description: str = Field(min_length=1)
    kind: Literal["remote_mcp", "rest", "scripted"]
    url: str | None = Field(default=None, pattern=r"^https://[^\s/]+")
    base_url: str | None = Field(default=None, pattern=r"^https://[^\s/]+")
    auth_methods: list[Literal["token", "oauth", "none"]] = Field(min_length=1)
    docs_url: str | None = Field(default=None, pattern=r"^https://[^\s/]+")
    token_header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]{1,64}$")
    token_format: str = Field(default="Bearer {token}", pattern=r"\{token\}")
    tools: list[_Tool] = []

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = {"remote_mcp": self.url, "rest": self.base_url and self.tools, "scripted": self.tools}
        if not needed[self.kind]:
            missing = {"remote_mcp": "url", "rest": "base_url and tools", "scripted": "tools"}
            raise ValueError(f"an integration of the kind {self.kind} needs {missing[self.kind]}")
        return self


def read_definition(name: str, text: str) -> dict[str, Any]:
    """What a file says of its integration. Raises CatalogError."""
    try:
        definition: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise CatalogError(f"{name}:{line}: this is not YAML: {error.problem}") from None
    try:
        _Definition.model_validate(definition)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, fault["loc"]))
        line = _line(text, fault["loc"])
        words = fault["msg"].removeprefix("Value error, ")
        raise CatalogError(f"{name}:{line}: {where + ': ' if where else ''}{words}") from None
    return definition


def _line(text: str, path: tuple[int | str, ...]) -> int:
    """Where the thing at the path stands; or, if it is not there, what it is missing from."""
    node = yaml.compose(text, Loader=_LOADER)
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = node.value[step]
        else:
            found = None
        if found is None:
            break
        node = found
    return int(node.start_mark.line) + 1 if node is not None else 1
