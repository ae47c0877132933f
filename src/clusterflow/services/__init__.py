"""The use cases: each a few functions on one opened context, called alike by CLI, web, flows and tests."""
