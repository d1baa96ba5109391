"""What the engine needs from the world, as small protocols. Adapters hang from them; `wiring` chooses which."""
