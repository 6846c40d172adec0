"""The data that the search box of the first page chooses from."""
