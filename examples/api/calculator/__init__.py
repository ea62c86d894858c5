"""A small web service: `calculator.app:app`."""
