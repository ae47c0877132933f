"""The nouns: frozen, without a clock, a database or a decision of their own."""
