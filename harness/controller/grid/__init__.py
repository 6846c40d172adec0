"""The grid: results side by side, and its files, texts and tables."""
