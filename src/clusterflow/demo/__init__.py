"""The demonstration: six invented initiatives as dated facts and scripted decisions, replayed month by month."""
