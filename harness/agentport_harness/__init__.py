"""Replays, judges and checks what agents and gateways do around an approval."""

__version__ = "0.1.0"
