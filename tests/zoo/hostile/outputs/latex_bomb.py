"""Formulas that never end once they are typeset, and ones that carry links."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
from IPython.display import Latex, Math, display

display(Math(r"\def\a{\a\a}\a"))
display(Math(r"\let\x\relax" + r"\newcommand{\b}[1]{\b{#1#1}}\b{x}" * 1000))
display(Latex(r"$\href{javascript:alert(1)}{x}\style{position:fixed;inset:0}{y}$" + "{" * 20_000))
display({"text/latex": r"\input{/etc/passwd}\write18{id}", "text/plain": "x"}, raw=True)
