"""The map of calls: where nodes stand, how links are drawn, what the page says."""
