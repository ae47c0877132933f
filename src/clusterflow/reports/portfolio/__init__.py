"""The portfolio: all initiatives as a page, tables, Markdown and pictures."""
