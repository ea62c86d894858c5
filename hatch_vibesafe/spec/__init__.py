"""Source text to specs. Pure: `ast` only; imports no user code and touches no file and no network."""
