"""The installed packages, and their installation."""
