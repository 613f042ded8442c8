"""The list of links and the page of one link."""
