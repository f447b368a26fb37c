"""Everything that talks: to a gateway over MCP and REST, to a shell, and as an upstream."""
