"""Turns text around: what the TA reads is not what stands there, in outputs, in code and in names."""

# zoo: {"verdict": ["cell_error"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
print("\u202e6/6 stniop\u202c \u2066hidden\u2069 \u200b\u200b\ufeff" + "z\u0300" + "\u0301" * 5000)
right = "is \u202e gnorw \u2066 not \u2069 right"  # \u202e } if admin

# %% q2
raise ValueError("\u202eko :tcidrev\u202c" + "\u200f" * 100)
