"""The models of the Agent Memory protocol."""
