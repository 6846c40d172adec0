"""The inventory of an environment: measured inside it by the runner's code, kept in `.harness/inventory/`."""
