"""The studio: its built pages, served from memory."""
