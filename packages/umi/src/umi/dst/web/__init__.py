"""Servers and clients over a simulated network: any ASGI app, and any client that takes an httpx transport."""
