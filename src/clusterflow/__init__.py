"""An event-driven workflow engine for the lives of cluster initiatives."""

__version__ = "0.1.0"
