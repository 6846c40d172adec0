"""The plugin of Keras: its kinds of case, and the subject of a matrix that names none."""
