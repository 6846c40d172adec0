"""The project: the layout, the matrix, the selection, the cells."""
