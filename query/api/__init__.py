"""The JSON API over HTTP (FastAPI routers). Parameters in, bytes out, nothing else."""
