"""The managers' workbook: written as a template, read back by cell, given back with its mistakes marked."""
