"""The loop that carries jobs out, and the supervisor that keeps it alive."""
