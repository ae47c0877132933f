"""The rules: pure functions of the model, the measurements, the state and the day."""
