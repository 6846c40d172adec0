"""Work for a CI service: shards, their merge, issues and pull requests."""
