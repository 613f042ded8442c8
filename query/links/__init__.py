"""Dependency links: the reference linker, status and its reasons, ranking."""
