"""Composition root, settings and command line of Spanhouse."""
