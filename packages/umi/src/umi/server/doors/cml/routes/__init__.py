"""The routes of the CognitiveMemoryLayer door."""
