"""Adapters of the Reranker port."""
