"""An event-driven workflow engine for the lives of cluster initiatives."""

__version__ = "0.2.0"
