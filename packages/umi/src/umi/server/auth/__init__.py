"""Who calls, and what they may: credentials become a Principal, and only a Principal becomes a Memory."""
