"""Who may call: API keys, sign-ins, and the secrets that upstreams are given."""
