"""What a CI service needs: shards, their merge, issues and pull requests."""
