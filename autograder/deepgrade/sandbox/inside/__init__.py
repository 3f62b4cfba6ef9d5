"""What the sandbox runs inside: files for a Python that need not know the rest of the package."""
