"""What providers allow: limits that all workers share, kept in the store."""
