"""What is decided of memories that are already kept: what fades, what is a gist of what, and what says the same."""
