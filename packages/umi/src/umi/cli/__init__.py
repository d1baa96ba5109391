"""The command `umi`. It alone talks to a person, reads the environment and turns errors into exit codes."""
