"""Outcomes on disk, and what differs between two sets of them."""
