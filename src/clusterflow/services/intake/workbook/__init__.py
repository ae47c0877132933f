"""The managers' workbook: filled with the recorded facts, read back as a plan of changes, recorded as a whole."""
