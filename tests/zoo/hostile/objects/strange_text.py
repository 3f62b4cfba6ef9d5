"""Text that is hard to write: NUL, half surrogates, direction marks, stacked accents, ten million emoji, a name of a file."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
total = "\x00\ud800\udfff\u202e\u2066\ufeff" + "e" + "\u0301\u0327" * 5000
loot = ["\U0001f600" * 1000, "\ud83d", "\x1b[2J", "\u2028\u2029\x85", "../../../etc/passwd\x00.json"]
print(loot, total[:50])

# %% q2
one_hot = "\U0001f47e" * 10_000_000


# %% q3
class Text(str):
    def encode(self, *args):
        raise MemoryError

    __str__ = __repr__ = __len__ = encode


model = Text("model")
test_acc = {"\ud800": "\udfff", "a\x00b": "\x00"}
