"""What answers a prompt: one file a kind."""
