"""The app's pages: each reads the gradebook and fills a template, or takes a form and appends a decision."""
