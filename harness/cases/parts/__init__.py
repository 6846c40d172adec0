"""What several kinds share: arrays, models, layer classes, steps, expectations."""
