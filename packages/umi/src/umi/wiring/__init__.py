"""Choosing the parts: the only layer that names adapters, starts threads, and knows the real clock."""
