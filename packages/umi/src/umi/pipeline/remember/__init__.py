"""text → accept → extract → embed → evolve → changes. Each stage is one module here, named after it."""
