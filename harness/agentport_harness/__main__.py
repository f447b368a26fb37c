"""``python -m agentport_harness`` is the command `agentport-conformance`."""

import sys

from agentport_harness.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
