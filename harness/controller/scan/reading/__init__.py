"""What code says: its files, and each name that it uses, in the releases in which that is reached."""
