"""What several kinds of case about Keras share."""
