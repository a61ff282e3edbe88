"""Who asks: organizations and their API keys."""
