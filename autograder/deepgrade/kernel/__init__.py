"""What runs beside student code: a notebook's cells, and the evidence taken from its variables.

The folder is mounted into the sandbox and started by path (`main.py`); it imports nothing of deepgrade. Nothing
is exported: the formats in docs/formats.md are this area's whole interface.
"""

__all__: list[str] = []
