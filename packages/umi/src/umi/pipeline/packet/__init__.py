"""What an answer stands on, within a budget: what always holds first, then what the question finds."""
