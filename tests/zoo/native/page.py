"""The attack table as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zoo.corpus import GROUPS, Attack
from zoo.native.judge import KINDS, TOTAL, Cell, deserved_points, honest_points, judge_native, judge_ours
from zoo.native.outer import SECONDS
from zoo.native.submissions import BY_CONTAINER, FEIGNED, FORMS, form_of

COLUMNS = ("deepgrade", "otter", "nbgrader")
_TITLES = {
    "controls": "Controls",
    "reads": "Reads what it should not",
    "reaches": "Reaches out",
    "writes": "Writes what others will read",
    "patches": "Changes the code around it",
    "objects": "Hands in objects that lie",
    "processes": "Processes and limits",
    "outputs": "Outputs aimed at people",
    "cheats": "Cheats",
}
_HEAD = """## Attacks: deepgrade, otter, nbgrader

Made by `make attack-table`; between these marks, do not edit. {versions}; {date}.

Every row is a submission of the zoo (`tests/zoo/hostile/`), run for real under each tool:

- **deepgrade**: `deepgrade grade` in its bubblewrap sandbox.
- **otter**: a master built by `otter assign` with public and hidden tests, then
  `otter run -a autograder.zip`, one call a submission. A plugin keeps the executed notebook.
- **nbgrader**: a source released by `generate_assignment`, then one `nbgrader autograde` for all; after
  outputs that aim at people also `generate_feedback`, whose page is searched for markup taken as it is.

The three questions, the hidden checks, the data and the hidden labels are the same. Hidden labels lie
where each tool's documentation puts files that only graders have: `autograder_files`, the source folder.
otter and nbgrader run as an ordinary user inside an outer container with wide limits and no network, so that the
machine survives; without it they would be no safer. Each has {seconds} s for a submission ({keras} s with Keras; an
honest one takes 5 to 20), and 3000 MiB of memory before its largest process is killed. *Adapted* in a
cell: the same attack written for the tool (`tests/zoo/native/forms/`), since the zoo's own form looks where
deepgrade would keep things.

| word | meaning |
|---|---|
| contained | points as deserved, nothing read, nobody harmed |
| points x/6 (deserves y) | not the points that the work is worth |
| leaked | the attack printed a secret that was planted there |
| got | the attack printed something else that it was after |
| changed | files or points of others are not what they were |
| stopped the class | the next submission was not graded, or the tool ran without end |
| acts | markup or escape sequences of the notebook reach the page or the terminal of whoever grades |
| survived | a process was still there after the tool had ended |
| no grade | the attacker has none; others have theirs |
"""


def make_page(
    attacks: Sequence[Attack],
    rows: Mapping[str, Any],
    key_of: Callable[[Attack, str], str],
    versions: Mapping[str, str],
) -> str:
    """Return the table of what is known; a run that is missing is a dash."""
    cells = {
        attack.name: {tool: cell_of(attack, tool, rows.get(key_of(attack, tool))) for tool in COLUMNS}
        for attack in attacks
    }
    known = [rows[key] for attack in attacks for tool in COLUMNS if (key := key_of(attack, tool)) in rows]
    dates = sorted({row["date"] for row in known})
    date = " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "nothing run yet"
    named = ", ".join(f"{tool} {versions[tool]}" for tool in COLUMNS)
    parts = [
        _HEAD.format(versions=named, date=date, seconds=SECONDS[False], keras=SECONDS[True]),
        _summary(attacks, cells),
    ]
    for group in ("controls", *GROUPS):
        members = [attack for attack in attacks if attack.group == group]
        if members:
            lines = [
                f"### {_TITLES[group]}\n",
                "| attack | what it tries | deepgrade | otter | nbgrader |",
                "|---|---|---|---|---|",
            ]
            lines += [_row(attack, cells[attack.name]) for attack in members]
            parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def cell_of(attack: Attack, tool: str, seen: Mapping[str, Any] | None) -> Cell | None:
    """Return a cell, None where nothing was run yet."""
    deserved = deserved_points(attack.points)
    if tool == "deepgrade":
        return None if seen is None else judge_ours(seen, deserved)
    form = form_of(attack, tool)
    if form is None:
        cell = Cell()
        cell.add("not applicable", "not applicable")
        return cell
    if seen is None:
        return None
    if attack.loots and "success" not in attack.loots:
        # What it calls a win beside its canaries is so in deepgrade's own runs only.
        seen = {**seen, "won": ""}
    honest = {} if attack.name in FEIGNED else honest_points(form)
    cell = judge_native(seen, attack.student or attack.name, deserved, honest)
    if (FORMS / tool / f"{attack.name}.py").exists():
        cell.remark = ", ".join(part for part in (cell.remark, "adapted") if part)
    if attack.name in BY_CONTAINER and cell.kinds == {"contained"}:
        cell.remark = "by the outer container"
    if attack.flags and attack.group == "cheats" and cell.kinds == {"contained"}:
        cell.remark = "not flagged"
    return cell


def summary(
    attacks: Sequence[Attack], cells: Mapping[str, Mapping[str, Cell | None]]
) -> dict[str, Counter[str]]:
    """Return tool -> how many attacks had a finding of each kind; an attack may have several."""
    counts: dict[str, Counter[str]] = {tool: Counter() for tool in COLUMNS}
    for attack in attacks:
        if attack.group != "controls":
            for tool in COLUMNS:
                cell = cells[attack.name][tool]
                counts[tool].update(cell.kinds if cell is not None else {"not run"})
    return counts


def _summary(attacks: Sequence[Attack], cells: Mapping[str, Mapping[str, Cell | None]]) -> str:
    counts = summary(attacks, cells)
    number = sum(attack.group != "controls" for attack in attacks)
    lines = [
        f"### Of {number} attacks\n",
        "| what the tool did | deepgrade | otter | nbgrader |",
        "|---|---|---|---|",
    ]
    for kind, words in {**KINDS, "not run": "not run yet"}.items():
        figures = [counts[tool][kind] for tool in COLUMNS]
        if any(figures):
            lines.append(f"| {words} | " + " | ".join(map(str, figures)) + " |")
    lines.append("\nAn attack may stand in several lines.\n")
    behind = _behind(attacks, cells)
    if behind:
        lines.append(
            "Where another tool does better, or gives more for honest answers whose evidence the attack destroys:\n"
        )
        lines += [*(f"- {words}" for words in behind), ""]
    return "\n".join(lines)


def _behind(attacks: Sequence[Attack], cells: Mapping[str, Mapping[str, Cell | None]]) -> list[str]:
    """Return the rows in which another tool holds what deepgrade does not, or keeps more points of honest work."""
    found = []
    for attack in attacks:
        ours = cells[attack.name]["deepgrade"]
        others = {tool: cells[attack.name][tool] for tool in COLUMNS[1:]}
        contained = {tool: cell for tool, cell in others.items() if cell and cell.kinds == {"contained"}}
        if ours is None:
            continue
        if ours.kinds != {"contained"}:
            found += [f"{attack.name}: contained by {tool}" for tool in contained]
            continue
        own = ours.points or 0
        more = [f"{tool} {cell.points:g}" for tool, cell in contained.items() if (cell.points or 0) > own]
        if more:
            found.append(f"{attack.name}: deepgrade {own:g} of {TOTAL:g} points, {', '.join(more)}")
    return found


def _row(attack: Attack, cells: Mapping[str, Cell | None]) -> str:
    sentence = " ".join(attack.description.split()).partition(". ")[0].rstrip(".")
    tries = (
        (sentence if len(sentence) <= 110 else sentence[:107].rstrip() + "...")
        .replace("|", "\\|")
        .replace("<", "&lt;")
    )
    texts = [cells[tool].text if cells[tool] is not None else "-" for tool in COLUMNS]  # type: ignore[union-attr]
    return f"| {attack.name} | {tries} | " + " | ".join(texts) + " |"
