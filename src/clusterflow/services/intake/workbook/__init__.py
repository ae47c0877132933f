"""The managers' workbook: written with what is known, read back as a plan of changes, recorded as a whole."""
