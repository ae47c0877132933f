"""The nouns of the field: frozen data without clock, database or decisions."""
