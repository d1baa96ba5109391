"""Adapters of the model ports. Each imports what it needs when it is first used."""
