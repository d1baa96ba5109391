"""The commands, one module for each or for a small family. What is heavy is imported when a command runs."""
