"""Reads the YAML files of a program office into domain objects and reports all their mistakes at once."""
