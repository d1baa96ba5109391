"""Whether a text is worth keeping: judged by what it tells and by what is new in it, each with its reason."""
