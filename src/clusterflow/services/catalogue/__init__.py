"""The catalogue of metrics, models, rulebooks and dues schemes: the office's files, and the metrics of plugins."""
