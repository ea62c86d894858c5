"""Functions written by a model, proven by gates, locked by hash and baked into the wheel."""

__version__ = "0.1.0"
