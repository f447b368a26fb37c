"""The reference gateway, from its public interfaces inward."""
