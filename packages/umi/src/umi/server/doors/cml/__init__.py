"""The CognitiveMemoryLayer door, `/api/v1`: what its published clients write and read are entities of the engine.

`routes` and `wire` are what travels; everything else is rules that take memories and values, and know no HTTP.
"""
