"""The list of services and the page of one service."""
