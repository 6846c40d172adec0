"""The API: the inventories of all environments brought together, `results/api/ROOT.json`, and what is read from it."""
