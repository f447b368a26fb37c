"""The layers of `reference_server/ARCHITECTURE.md` are the code's, and they point downwards."""

from __future__ import annotations

import grimp

LAYERS = (
    {"serve"},
    {"process", "workers", "owning"},
    {"app"},
    {"surfaces"},
    {"operations", "hearing", "demo"},
    {"gateway"},
    {"views", "waits", "telling"},
    {"upstreams"},
    {"auth", "catalog"},
    {"store"},
    {"domain"},
)


def test_a_layer_imports_from_those_below_it_only() -> None:
    # What is imported for its types alone is no dependency of the running code.
    graph = grimp.build_graph("agentport_gateway", exclude_type_checking_imports=True, cache_dir=None)
    layers = [grimp.Layer(*layer, independent=False) for layer in LAYERS]
    # The processes that several workers are started as begin at the top again.
    for importer, imported in (("workers", "serve"),):
        graph.remove_import(importer=f"agentport_gateway.{importer}", imported=f"agentport_gateway.{imported}")
    found = graph.find_illegal_dependencies_for_layers(layers=layers, containers={"agentport_gateway"})
    assert sorted((one.importer, one.imported) for one in found) == []


def test_the_domain_imports_the_standard_library_and_rfc8785_only() -> None:
    graph = grimp.build_graph("agentport_gateway", include_external_packages=True, cache_dir=None)
    imported = {
        target
        for module in graph.find_descendants("agentport_gateway.domain")
        for target in graph.find_modules_directly_imported_by(module)
        if not target.startswith("agentport_gateway.domain")
    }
    assert (
        imported & {"sqlalchemy", "mcp", "mcp_types", "pydantic", "starlette", "fastapi", "httpx2", "uvicorn"} == set()
    )
    assert "rfc8785" in imported
    assert not any(target.startswith("agentport_gateway.") for target in imported)
