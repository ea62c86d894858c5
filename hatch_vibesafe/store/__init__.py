"""What is kept on disk: checkpoints, index, evidence, cached answers. Every write is atomic, every read is checked."""
