"""`python -m spanhouse`, the same as the `spanhouse` command."""

from spanhouse.cli import main

main()
