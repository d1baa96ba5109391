"""Memory as tools of a language model: their schemas, and the answering of its calls."""
