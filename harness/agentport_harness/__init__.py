"""Replays, judges and checks what agents and gateways do around an approval."""
