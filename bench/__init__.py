"""Measurements anyone can repeat: `make bench`, `make fuzz`, `make screenshots`. Not part of the product."""
