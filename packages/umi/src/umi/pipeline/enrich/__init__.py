"""Reading a text with a language model, and trusting nothing of it that the text does not say."""
