"""The client beside the SDKs of models."""
