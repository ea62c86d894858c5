"""Index and checkpoints to a baked package, its manifest and its provenance; and the check of a finished wheel."""
