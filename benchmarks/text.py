"""Tables as a terminal and as Markdown show them."""

from __future__ import annotations

from benchmarks.bench import Table


def as_text(table: Table) -> str:
    """Return a table for a terminal."""
    lines = [table.heads, *table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.heads))]

    def row(cells: tuple[str, ...]) -> str:
        first, *others = cells
        rest = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        return "  ".join([first.ljust(widths[0]), *rest]).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([table.title, rule, row(table.heads), rule, *map(row, table.rows), ""])


def as_markdown(table: Table) -> str:
    """Return a table for a page; its title stands in bold."""
    rows = [table.heads, tuple("---" if not place else "---:" for place in range(len(table.heads)))]
    rows += table.rows
    return f"**{table.title}**\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)
