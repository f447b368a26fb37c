"""What the gateway does, the same for both surfaces: call, await, run, decide, install, configure."""
