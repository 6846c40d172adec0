"""`harness bisect` and `harness remedy`: which package changes an outcome, from which version on, and what mends it."""
