"""Forms for single records: their fields, titles and help follow from the declarations and from the workbook."""
