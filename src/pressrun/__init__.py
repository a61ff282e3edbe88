"""Pressrun: deploy no-code writing agents and run them asynchronously, one job or a million."""
