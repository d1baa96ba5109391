"""The tiers: what a model always sees, what a session works with, what is kept for good, and what moves between."""
