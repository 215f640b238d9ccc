"""A Markdown report of what was learned, with plots: `content` says what, `page` writes it."""
