"""Reads names, dates, cues and sentences from a text. Pure functions: no clock, no I/O, no model; they never fail.

`extract` reads everything. Its rules are some two hundred patterns, which take a tenth of a second to compile: what
needs only a part imports only that.
"""
