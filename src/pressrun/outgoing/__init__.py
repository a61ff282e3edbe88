"""Requests that somebody else's words send this server on: only to where nothing of ours can be."""
