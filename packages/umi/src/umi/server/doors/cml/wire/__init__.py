"""What travels through the CognitiveMemoryLayer door."""
