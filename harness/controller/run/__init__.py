"""`harness run`: environments side by side, from the preflight to the summary."""
