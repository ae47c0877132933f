"""The JSON API beside the pages: the same rights and use cases, with tokens in the place of sessions."""
