"""Reads what a text states of whom, and which of it a question asks for. Pure functions; they never fail.

A clause is split into a subject, a verb with its helpers, and what follows; the lexicon in `frames` and `slots` says
which slot each verb and noun speaks of. `read` is the way in for texts, `questions` the one for questions.
"""
