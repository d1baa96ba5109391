"""The rules of the protocol: what each call sends and how it reads the answer. Nothing here does input or output."""
