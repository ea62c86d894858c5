"""How much an example may show; what goes beyond is said to be unreadable."""

TEXT_LIMIT = 1 << 20
NODE_LIMIT = 50_000
DEPTH_LIMIT = 60
