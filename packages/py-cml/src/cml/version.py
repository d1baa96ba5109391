"""The version of this client, as it tells it to servers."""

__version__ = "0.1.0"
