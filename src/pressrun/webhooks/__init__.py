"""Telling others when jobs and batches have ended; knows nothing of the API, whose shapes are handed in."""
