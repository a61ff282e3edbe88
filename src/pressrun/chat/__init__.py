"""Conversations with a model, which may call tools on the way."""
