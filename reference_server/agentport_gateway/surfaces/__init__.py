"""How the gateway is reached: MCP for agents, REST for people and for the command line."""
