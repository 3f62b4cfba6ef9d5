"""Outputs of kinds that bring a program with them: widgets, Vega, Plotly, Bokeh, a PDF, a type nobody knows."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
from IPython.display import display

for kind in (
    "application/vnd.jupyter.widget-view+json",
    "application/vnd.vegalite.v5+json",
    "application/vnd.plotly.v1+json",
    "application/vnd.bokehjs_exec.v0+json",
    "application/javascript",
    "application/pdf",
    'application/x-"><script>alert(1)</script>',
    "text/vnd.graphviz",
    "__proto__",
):
    data = {
        "model_id": "0" * 32,
        "data": {"url": "https://evil.invalid/x.json"},
        "__proto__": {"x": 1},
        "layout": {},
    }
    display({kind: data, "text/plain": f"a {kind}"}, metadata={kind: {"isolated": True}}, raw=True)
    display({kind: "alert(1)"}, raw=True)
