"""An error whose name and text are formulas, HTML and line ends, since verdict sentences travel into tables and pages."""

# zoo: {"verdict": ["cell_error"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST

# %% q2
name = '=HYPERLINK("https://evil.invalid","6 of 6")'
raise type(name, (Exception,), {})(
    "=cmd|' /C calc'!A0\n@SUM(1)\t+1\r-1,\"\";<script>alert(1)</script><img src=x onerror=alert(2)>"
)


# %% q3
class Quiet(Exception):
    def __str__(self):
        raise SystemExit("<script>alert(3)</script>")

    __repr__ = __str__


raise Quiet("x" * 10_000_000)
