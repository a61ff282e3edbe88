"""Tests of batches, on both stores."""
