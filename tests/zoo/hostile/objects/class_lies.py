"""Objects that say they are something else: `__class__` and `isinstance` name an int, an array, a Keras model."""


# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% start
class Meta(type):
    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, other):
        return True

    __name__ = property(lambda cls: 1 / 0)
    __module__ = property(lambda cls: 1 / 0)


class Pretender(metaclass=Meta):
    kind = object

    @property
    def __class__(self):
        return type(self).kind


# %% q1
Pretender.kind = int
total = Pretender()


# %% q2
class Rows(Pretender):
    kind = np.ndarray
    shape, dtype = (len(labels), 10), np.dtype("float64")


one_hot = Rows()


# %% q3
class Model(Pretender):
    kind = type("Sequential", (), {"__module__": "keras.src.models.sequential"})
    layers, built, compiled = [], True, True

    def count_params(self):
        return 50890


Model.__qualname__ = "Sequential"
model = Model()
