"""The portfolio: all initiatives beside each other, as a page, a table, Markdown and pictures."""
