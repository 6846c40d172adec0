"""Results side by side: the grid, and the files and texts that show it."""
