"""The authorization server that MCP clients connect by: the SDK's handlers, with this gateway's rules."""
