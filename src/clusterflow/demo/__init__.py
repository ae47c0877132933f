"""The demonstration: six invented initiatives, told as dated facts and scripted decisions, and replayed."""
