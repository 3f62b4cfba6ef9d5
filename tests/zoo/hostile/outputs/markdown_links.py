"""Answers in text cells, with links and pictures that lead out, run scripts or pretend to be the page's own."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% [markdown] q1
# [the solution](javascript:alert(1)) ![seen](https://evil.invalid/pixel.png) <https://evil.invalid/auto>
#
# [a]: javascript:alert(2) "x"
# [a] [b](data:text/html;base64,PHNjcmlwdD5hbGVydCgzKTwvc2NyaXB0Pg==) [c](vbscript:x) [d](\x01javascript:alert(4))
#
# <img src=x onerror=alert(5)> <script>alert(6)</script> <svg/onload=alert(7)>
#
# ```</code><script>alert(8)</script>
# ```
#
# $\href{javascript:alert(9)}{x}$ \(\unicode{x}\def\a{\a\a}\a\)
#
# [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[](((((((((((((((((((((((((((((((((((((((((((((((((((((((
# %% q1
HONEST
from IPython.display import Markdown, display

display(
    Markdown(
        "[x](javascript:alert(10)) ![](https://evil.invalid/q.png)\n\n# Points: 6 of 6\n\n"
        + "> " * 5000
        + "deep"
    )
)
