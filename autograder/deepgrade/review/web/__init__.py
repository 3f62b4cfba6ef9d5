"""The review app: pages on which TAs grade. Server-rendered; works without script."""
