"""Uses names that a grader might use itself: results, points, checks, the reserved `lab`, other questions' answers.

Everything is set in the first question; an answer counts at the end of its own question, with what it is worth there.
"""


# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
class Lab:
    hidden_accuracy = staticmethod(lambda *args: 1.0)
    threshold = staticmethod(lambda *args: 0.0)
    rows = staticmethod(lambda value: np.eye(10)[labels])
    data = classes = property(lambda self: self)


lab = Lab()
points = score = results = grade = max_score = 6
passed = all_passed = ok = verdict = True
tests = hidden_tests = checks = {"q1": True, "q2": True, "q3": True}


def test_total_weighs_labels_by_place(total, lab=None):
    pass


test_each_label_is_one_hot = test_model_reads_new_digits = check = test_total_weighs_labels_by_place
grader = notebook = type("Grader", (), {"check": lambda *args: True, "check_all": lambda *args: True})()
__deepgrade_check__ = True
one_hot = np.zeros((len(labels), 10))
one_hot[np.arange(len(labels)), labels] = 1

# %% q2
del one_hot

# %% q3
model = {"question": "q3", "points": 3, "passed": True}
