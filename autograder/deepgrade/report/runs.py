"""What a page says about a run: limits used, time by cell, versions."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from deepgrade.evidence import VERDICTS, RunRecord
from deepgrade.report.charts import cell_times, meter
from deepgrade.report.text import one_line, seconds_text

_MOST_CELLS = 400


@dataclass(frozen=True)
class Used:
    """One limit."""

    title: str
    words: str
    bar: Markup


@dataclass(frozen=True)
class RunView:
    """A run in words and figures."""

    title: str
    sentence: str
    detail: str
    excused: bool
    """Not the student's fault."""
    used: tuple[Used, ...]
    times: Markup | None
    slowest: tuple[tuple[int, str, str, str], ...]
    """(cell, question, duration, status)."""
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]


def run_view(run: RunRecord) -> RunView:
    """Return a run for showing."""
    facts = VERDICTS[run.verdict]
    timed = [(t.cell, t.seconds, t.status) for t in run.cell_times[:_MOST_CELLS]]
    slowest = sorted(run.cell_times, key=lambda t: -t.seconds)[:5]
    return RunView(
        title=facts.title,
        sentence=facts.sentence,
        detail=run.detail,
        excused=not facts.students_fault,
        used=_used(run),
        times=cell_times(timed) if timed else None,
        slowest=tuple(
            (t.cell, t.question or "–", seconds_text(t.seconds), t.status) for t in slowest if t.seconds > 0
        ),
        facts=_facts(run),
        versions=tuple((one_line(k, 40), one_line(v, 60)) for k, v in sorted(run.environment.items())[:60]),
    )


def _used(run: RunRecord) -> tuple[Used, ...]:
    longest = max((t.seconds for t in run.cell_times), default=None)
    asked = (
        ("Whole run", run.wall_s, "wall_s", "s"),
        ("Longest cell", longest, "cell_s", "s"),
        ("Memory", run.peak_memory_mib, "memory_mib", "MiB"),
        ("Processes", run.peak_processes, "processes", ""),
    )
    used = []
    for title, value, key, unit in asked:
        limit = run.limits.get(key)
        if value is None or limit is None:
            continue
        if unit == "s":
            words = f"{seconds_text(value)} of {seconds_text(limit)}"
        else:
            words = f"{value:,.0f} of {limit:,.0f} {unit}".strip()
        used.append(Used(title, words, meter(value, limit, f"{title}: {words}")))
    return tuple(used)


def _facts(run: RunRecord) -> tuple[tuple[str, str], ...]:
    data = ", ".join(f"{d.name} ({d.origin}, {d.size})" for d in run.data) or "none"
    size = f"{run.cpu_s:,.0f} s" if run.cpu_s is not None else "–"
    return (
        ("Submitted file", one_line(run.submission.filename, 100)),
        ("Flavour", run.submission.flavour),
        ("SHA-256", run.submission.sha256),
        ("Run", run.key),
        ("Started", run.started_at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("Processor time", size),
        ("Device", one_line(run.device, 100)),
        ("Sandbox", one_line(run.sandbox + (f", {run.image}" if run.image else ""), 100)),
        ("Data", data),
        ("Seed", str(run.seed)),
        ("deepgrade", run.deepgrade_version),
    )
