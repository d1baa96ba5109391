"""The conversation `umi demo` loads: two people and an assistant over one year."""
