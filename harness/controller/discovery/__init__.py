"""Finding releases: which indexes to ask, what they hold, what of it is new, and how matrix.yaml takes it in."""
