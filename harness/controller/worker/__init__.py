"""The process that tox starts in one environment."""
