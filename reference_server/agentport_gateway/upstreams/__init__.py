"""Where approved calls go: remote MCP servers, REST APIs, scripted ones. Reused, guarded, bounded."""
