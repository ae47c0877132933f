"""The web door: pages on which managers and deciders do their work. Each handler calls one use case and renders."""
