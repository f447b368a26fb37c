"""The agent-facing MCP surface: eleven meta tools behind one Streamable HTTP endpoint."""
