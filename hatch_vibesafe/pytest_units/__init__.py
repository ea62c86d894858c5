"""Units as tests of pytest: which there are, what judges them, and who of several workers does it."""
