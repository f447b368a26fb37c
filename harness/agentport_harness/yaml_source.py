"""YAML as plain values together with the line of every part, duplicate keys refused."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON

LARGEST = 4 * 1024 * 1024
"""Bytes of a YAML file that are read at most."""
_MOST_NODES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlSource:
    """A document's value, and the line (from 1) of every part by JSON path (``$.turns[0].human``)."""

    value: JSON
    lines: dict[str, int]


def read_yaml(text: str, path: str) -> YamlSource:
    """The first document of ``text``. Raises `InputError` naming file, line and what is wrong."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise InputError("empty-file", "the file is empty", at=path)
        reading = _Reading(loader, path)
        value = reading.value(node, "$")
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError("bad-yaml", f"not valid YAML: {error.problem or error.context}", at=f"{path}{line}") from None
    except yaml.YAMLError as error:
        raise InputError("bad-yaml", f"not valid YAML: {error}", at=path) from None
    except RecursionError:
        raise InputError("bad-yaml", "nested too deep", at=path) from None
    finally:
        loader.dispose()
    return YamlSource(value=value, lines=reading.lines)


class _Reading:
    def __init__(self, loader: yaml.SafeLoader, path: str) -> None:
        self.loader, self.path, self.nodes = loader, path, 0
        self.lines: dict[str, int] = {}

    def value(self, node: yaml.Node, at: str) -> JSON:
        self.nodes += 1
        line = node.start_mark.line + 1
        if self.nodes > _MOST_NODES:  # aliases of aliases can stand for more than memory holds
            raise InputError("bad-yaml", "too many values", at=f"{self.path}:{line}")
        self.lines[at] = line
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{at}[{index}]") for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        plain = self.loader.construct_object(node)
        if plain is None or isinstance(plain, bool | int | float | str):
            return plain
        return str(node.value)  # dates and the like stay what was written

    def _mapping(self, node: yaml.MappingNode, at: str) -> JSON:
        found: dict[str, JSON] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.loader.construct_object(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                raise InputError("bad-yaml", f"Expected a text as key - at `{at}`", at=f"{self.path}:{line}")
            if key in found:
                raise InputError("duplicate-key", f"{key!r} is given twice - at `{at}`", at=f"{self.path}:{line}")
            found[key] = self.value(value_node, f"{at}.{key}")
            self.lines[f"{at}.{key}"] = line
        return found
