"""From what people write to submissions: JSON lines, ``key=value``, forms."""
