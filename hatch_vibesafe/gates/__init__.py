"""Candidate to evidence: one file a gate, and the sandbox in which generated code runs."""
