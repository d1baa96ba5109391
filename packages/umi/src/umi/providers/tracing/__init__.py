"""Telling what happens inside: spans for OpenTelemetry, and models whose answers are timed."""
