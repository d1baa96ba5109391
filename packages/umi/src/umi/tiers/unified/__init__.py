"""What moves between the tiers: what a model should always see comes into core memory, and leaves it again."""
