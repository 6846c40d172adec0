"""What is measured: the layout, the matrix, the selection, the cells."""
