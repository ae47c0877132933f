"""Facts: lists of them, forms for one of them, and who may record which."""
