"""Spec to candidate: prompt, providers, extraction, composition, and the loop that learns from refusals."""
