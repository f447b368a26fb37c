"""What the checks of a gateway work with: agents, a probe upstream, a human's hands, and a journal of all of it."""
