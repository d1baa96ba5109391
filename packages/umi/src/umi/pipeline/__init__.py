"""The flows: `remember` turns text into changes, `recall` a question into hits, `upkeep` keeps what is derived right.

Each stage is a function with its own input and output type. Nothing here reads a clock, a disk or a network.
"""
