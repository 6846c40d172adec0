"""New releases: the package indexes, their pages, the releases there, and the edit of matrix.yaml."""
