"""The kinds of case about Keras."""
