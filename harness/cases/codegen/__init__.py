"""Writing a script: its imports, stages, literals and line breaks."""
