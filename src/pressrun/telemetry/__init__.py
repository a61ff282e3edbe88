"""What can be seen: events are declared once, and logs and metrics listen."""
