"""The servers of Python applications that speak HTTP, gunicorn and uvicorn, as they read their options."""
