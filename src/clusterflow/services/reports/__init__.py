"""Reports: gathers the data of dossiers and of the portfolio, and writes the files."""
