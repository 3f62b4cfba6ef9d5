"""Facts of figures: what was drawn, for the cell that showed it, whatever the figure does when it is looked at."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from deepgrade.kernel.figures import figure_facts

PLOT = "import matplotlib.pyplot as plt\n"


def test_figures_that_raise_loop_or_lie_say_so_and_cost_nothing_else(run_kernel):
    source = """
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.axes import Axes
from IPython.display import display
class Shown(Figure):
    drawing = False
    def draw(self, renderer): self.drawing = True; super().draw(renderer); self.drawing = False
class Raises(Shown):
    def get_suptitle(self): raise SystemExit("no")
class Loops(Shown):
    def get_suptitle(self):
        while True: pass
class Endless(Shown):
    def get_suptitle(self): return "t" * 10**6
    def get_supxlabel(self): return 5
class Text(str):
    def __getitem__(self, key): raise RuntimeError
    def encode(self, *a): raise RuntimeError
for kind in (Raises, Loops, Endless):
    figure = plt.figure(FigureClass=kind); axes = figure.add_subplot(); axes.plot([1, 2]); plt.show()
axes = plt.figure().add_subplot(); axes.plot([1, 2]); axes.get_ylabel = lambda: Text("y"); plt.show()
"""
    run = run_kernel(source, "x = 1", keep="x")
    assert run.statuses() == ["ok", "ok"] and run.items()["x"]["value"] == 1
    raises, loops, endless, text = run.figures()
    assert raises["axes"] is None and raises["problem"] == "looking at it raised SystemExit: no"
    assert loops["axes"] is None and "5 seconds" in loops["problem"]
    assert len(endless["title"]) == 200 and endless["axes"][0]["xlabel"] == ""
    assert text["axes"][0]["ylabel"] == "y" and text["problem"] is None


@pytest.mark.long
def test_cells_own_limit_still_holds_while_a_figure_is_looked_at(run_kernel):
    source = """
import time; begin = time.monotonic()
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
class Slow(Figure):
    def get_suptitle(self): time.sleep(60)
plt.figure(FigureClass=Slow).add_subplot().plot([1]); time.sleep(max(0, begin + 5 - time.monotonic()))
plt.show(); time.sleep(5); print("after")
"""
    run = run_kernel(source, keep="", cell_s=8.0)
    assert run.statuses() == ["timeout"] and "after" not in run.text(0)


def test_lines_of_any_length_keep_evenly_spaced_points_and_their_number():
    figure = Figure()
    axes = figure.subplots()
    axes.plot(np.arange(10_000_000) / 2, label="long")
    axes.plot([3, 4], [1, np.nan], label="hole")
    axes.plot(np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0]))
    long, hole, masked = figure_facts(figure)["axes"][0]["lines"]
    assert (long["label"], long["points"], len(long["x"]), len(long["y"])) == ("long", 10_000_000, 1000, 1000)
    assert (long["y"][0], long["y"][-1]) == (0.0, 4_999_999.5)
    assert long["x"][500] == pytest.approx(5e6, rel=0.01)
    assert (hole["x"], hole["y"], hole["points"]) == ([3.0, 4.0], [1.0, None], 2)
    assert masked["y"] == [1.0, None, 3.0] and masked["label"] == ""


def test_axes_and_lines_beyond_the_bounds_are_counted_or_left_out():
    figure = Figure()
    for place in range(80):
        figure.add_axes((place / 80, 0, 0.01, 1))
    figure.axes[0].plot(np.random.rand(50, 300))
    axes = figure_facts(figure)["axes"]
    assert len(axes) == 64 and axes[0]["line_count"] == 300 and len(axes[0]["lines"]) == 64


def test_lines_of_a_large_figure_keep_fewer_points():
    figure = Figure()
    figure.subplots().plot(np.random.rand(20_000, 60))
    facts = figure_facts(figure)
    lines = facts["axes"][0]["lines"]
    assert len(json.dumps(facts)) <= 1 << 20
    assert {line["points"] for line in lines} == {20_000} and 200 < len(lines[0]["x"]) < 600
    assert {(line["x"][0], line["x"][-1]) for line in lines} == {(0.0, 19_999.0)}


def test_figures_beyond_the_bounds_leave_the_first_and_the_last(run_kernel):
    source = """
plt.rcParams["figure.dpi"] = 20
for n in range(40): f = plt.figure(figsize=(1, 1)); f.add_axes((0, 0, 1, 1)); f.suptitle(str(n)); plt.show()
"""
    titles = [figure["title"] for figure in run_kernel(PLOT + source, keep="").figures()]
    assert titles == [str(n) for n in (*range(16), *range(24, 40))]


def test_figures_of_one_question_share_a_budget(run_kernel):
    source = """
import numpy as np
plt.rcParams["figure.dpi"] = 20; plt.rcParams["axes.prop_cycle"] = plt.cycler(linestyle=[""])
for n in range(6): plt.plot(np.random.rand(1000, 60)); plt.show()
"""
    run = run_kernel(PLOT + source, keep="")
    problems = [figure["problem"] for figure in run.figures()]
    assert len(problems) == 6 and problems[0] is None and "4 MiB" in problems[-1]
    assert (run.out / "evidence" / "a1.json").stat().st_size < 5 << 20


def test_figures_that_do_not_fit_into_the_runs_evidence_say_so(run_kernel):
    (figure,) = run_kernel(PLOT + "plt.plot(range(900));", keep="", evidence_bytes=2000).figures()
    assert figure["axes"] is None and "that a run may keep" in figure["problem"]


def test_every_way_of_showing_counts_once_for_the_cell_that_shows(run_kernel):
    plan = {question: {"names": []} for question in ("a1", "a2")}
    cells = (
        "import matplotlib.pyplot as plt\nfrom IPython.display import display\nplt.close(plt.figure());",
        "plt.ioff(); f, a = plt.subplots(); a.plot([1]);",
        "display(f); plt.close(f)",
        "f",
        "plt.ion(); plt.plot([1, 2]); plt.show()",
        "plt.plot([1, 2, 3])",
        "plt.plot([5]); plt.close()",
        "get_ipython().display_formatter.format(f);",
    )
    run = run_kernel(*cells, plan=plan, ends={1: ["a1"], 7: ["a2"]})
    assert run.figures("a1") == []
    shown = [(figure["cell"], figure["axes"][0]["lines"][0]["points"]) for figure in run.figures("a2")]
    assert shown == [(2, 1), (3, 1), (4, 2), (5, 3)]


def test_what_clear_output_removes_is_forgotten_and_an_updated_display_keeps_its_last_state(run_kernel):
    live = """
from IPython.display import clear_output, display
for n in range(4):
    clear_output(wait=True); plt.plot(range(n + 1)); plt.show()
"""
    updated = """
f, a = plt.subplots(); handle = display(f, display_id="k")
for n in range(3): a.plot([n, n]); handle.update(f)
plt.close(f)
"""
    plan = {question: {"names": []} for question in ("a1", "a2")}
    run = run_kernel(PLOT + live, updated, plan=plan, ends={0: ["a1"], 1: ["a2"]})
    assert [figure["axes"][0]["lines"][0]["points"] for figure in run.figures("a1")] == [4]
    assert [figure["axes"][0]["line_count"] for figure in run.figures("a2")] == [0, 3]


def test_figures_of_probed_functions_are_nobodys(run_kernel):
    source = PLOT + "def draw(n):\n    plt.plot([n]); plt.show(); return n"
    run = run_kernel(source, keep="draw", probes={"draw": [[[1], {}]]})
    assert run.items()["draw"]["results"][0]["item"]["value"] == 1 and run.figures() == []


def test_axes_say_what_is_drawn_on_them(run_kernel):
    source = """
import numpy as np
f, ((a, b), (c, d)) = plt.subplots(2, 2); f.suptitle("All")
a.plot([1, 2], label="loss"); a.plot([2, 1], label="val"); a.legend(); a.set(title="T", xlabel="epoch", ylabel="loss")
b.bar(["Mon", "Tue", "Wed"], [1, 2, 3]); b.scatter([1, 2], [3, 4]); b.scatter([], [])
c.imshow(np.eye(3)); c.set_title("left", loc="left")
d.vlines([1, 2, 3], 0, [1, 2, 3]); d.pcolormesh(np.eye(4)); f.colorbar(c.images[0], ax=c)
plt.show()
plt.hist(np.arange(100), bins=7); plt.stairs([1, 2, 3]); plt.stem([1, 2, 3]); plt.show()
"""
    first, second = run_kernel(PLOT + source, keep="").figures()
    assert first["title"] == "All" and len(first["axes"]) == 4
    a, b, c, d = first["axes"]
    assert (a["title"], a["xlabel"], a["ylabel"], a["legend"]) == ("T", "epoch", "loss", ["loss", "val"])
    assert [line["label"] for line in a["lines"]] == ["loss", "val"] and a["lines"][1]["y"] == [2.0, 1.0]
    assert (b["bars"], b["scatters"], b["xticks"]) == (3, [2, 0], ["Mon", "Tue", "Wed"])
    assert (c["images"], c["title"]) == (1, "left") and (d["segments"], d["images"]) == (3, 1)
    assert second["axes"][0]["bars"] == 10 and second["axes"][0]["line_count"] == 2


def test_labels_that_axes_share_count_for_each_of_them(run_kernel):
    source = """
f, (a, b) = plt.subplots(2, sharex=True); b.set_xlabel("day"); a.set_ylabel("one"); b.set_ylabel("two")
twin = b.twinx(); twin.set_ylabel("three"); plt.show()
f, (a, b) = plt.subplots(1, 2); f.supxlabel("x"); f.supylabel("y"); f.legend(["only"]); plt.show()
"""
    shared, whole = run_kernel(PLOT + source, keep="").figures()
    assert [axes["xlabel"] for axes in shared["axes"]] == ["day"] * 3
    assert [axes["ylabel"] for axes in shared["axes"]] == ["one", "two", "three"]
    assert {(axes["xlabel"], axes["ylabel"]) for axes in whole["axes"]} == {("x", "y")}


def test_pandas_and_scikit_learn_draw_figures_like_others(run_kernel):
    source = """
import numpy as np, pandas as pd
frame = pd.DataFrame({"loss": [3.0, 2.0, 1.0], "val": [3.0, 2.5, 2.6]}, index=pd.date_range("2020-01-01", periods=3))
frame.plot(xlabel="day", ylabel="loss")
"""
    confusion = """
from sklearn.metrics import ConfusionMatrixDisplay
ConfusionMatrixDisplay.from_predictions([0, 1, 1], [0, 1, 0]);
"""
    dates = "plt.plot(np.array(['2020-01-01', '2020-01-03'], dtype='datetime64[D]'), [1, 2]);"
    run = run_kernel(PLOT + source, confusion, dates, keep="")
    lines, matrix, dated = (figure["axes"] for figure in run.figures())
    assert [line["label"] for line in lines[0]["lines"]] == lines[0]["legend"] == ["loss", "val"]
    assert (lines[0]["xlabel"], lines[0]["ylabel"]) == ("day", "loss")
    assert len(matrix) == 1 and matrix[0]["images"] == 1 and matrix[0]["xlabel"] == "Predicted label"
    x = dated[0]["lines"][0]["x"]
    assert x[1] - x[0] == 2.0 and x[0] == 18262.0
