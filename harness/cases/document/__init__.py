"""A case file as a document: values with their lines, fields, containers, expressions."""
