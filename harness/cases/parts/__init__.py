"""Parts shared by several kinds: arrays, models, layer classes, steps, expectations."""
