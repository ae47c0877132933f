"""Turns what people and programs write into submissions: JSON lines, ``key=value``, files, workbooks."""
