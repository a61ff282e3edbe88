"""Texts as vectors: in a child process that all processes of a user share."""
