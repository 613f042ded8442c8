"""One module per process of the shop; each has `async def run(context)`."""
