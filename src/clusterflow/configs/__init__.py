"""Data into nouns: the YAML files of a program office, checked so that every mistake is told at once."""
