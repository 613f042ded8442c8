"""Spanhouse in a terminal: asks a running server's JSON API and prints tables and trees."""
