"""The managers' workbook: the template, the reader, and the copy in which mistakes are marked."""
