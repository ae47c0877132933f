"""Views: what one person sees on one page, gathered from the other services. They return values, not pages."""
