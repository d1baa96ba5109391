"""Derived vector indexes in memory. They may be lost, stale or damaged: the store rescores and checks every answer."""
