"""The rules of the protocol: what each call sends, and what it makes of the answer."""
