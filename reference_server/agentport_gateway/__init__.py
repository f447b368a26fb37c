"""A reference gateway: agents call tools through it, and a human approves what matters."""
