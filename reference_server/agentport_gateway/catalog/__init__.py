"""The integrations this gateway knows by itself: one YAML file each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from agentport_gateway.domain.integrations import Integration


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Integrations by id."""

    integrations: Mapping[str, Integration]


def load_catalog(*, demo: bool = False) -> Catalog:
    """The catalogue that is shipped; with `demo` also the scripted integrations of the demonstration."""
    from importlib.resources import files

    from agentport_gateway.catalog.definitions import from_definition

    found: dict[str, Integration] = {}
    folders = [files(__name__), *([files(__name__) / "demo"] if demo else [])]
    for folder in folders:
        for entry in sorted(folder.iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".yaml"):
                integration = from_definition(_read(entry))
                found[integration.id] = integration
    return Catalog(integrations=found)


def demo_shop() -> dict[str, Any]:
    """The definition of the shop that only pretends, for an organisation that has nothing to try yet."""
    from importlib.resources import files

    return _read(files(__name__) / "demo" / "demo.yaml")


def _read(entry: Traversable) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(entry.read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return found
