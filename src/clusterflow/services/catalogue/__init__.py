"""The catalogue of metrics, models and dues schemes: the office's files, and the metrics of plugins."""
