"""The verbs, pure: they take the model, the measurements, the state and the day, and give values."""
