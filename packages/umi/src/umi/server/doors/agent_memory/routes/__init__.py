"""The routes of the Agent Memory door, each a few lines."""
