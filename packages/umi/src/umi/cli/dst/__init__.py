"""`umi dst`: many runs of the simulation, one run again, and the least that still breaks a promise."""
