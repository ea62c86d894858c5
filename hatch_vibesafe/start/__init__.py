"""How a project begins: what changes in the user's own files, shown before it is written, each file whole."""
