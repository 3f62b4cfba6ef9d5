"""Scikit-learn estimators: what they were told and learnt, read without running code of their classes."""

import numpy as np
import pytest

from deepgrade.score.estimators import EstimatorEvidence
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.unavailable import ReviewNeeded
from support.made_runs import make_lab, make_record

HOSTILE = """
import numpy as np
from sklearn.base import BaseEstimator
class Getter(BaseEstimator):
    @property
    def __dict__(self): raise SystemExit("dict")
    def __getattribute__(self, name): raise RuntimeError(name)
class Table(dict):
    def items(self): raise RuntimeError
    def __iter__(self): raise RuntimeError
class Meta(type(BaseEstimator)):
    @property
    def __mro__(cls): raise RuntimeError
    @property
    def __dict__(cls): raise RuntimeError
class Cold(BaseEstimator, metaclass=Meta):
    __module__ = 5
class Slots(BaseEstimator):
    coef_ = property(lambda self: 1 / 0)
    def get_params(self, deep=True): raise RuntimeError
    def __len__(self): raise RuntimeError
getter, cold, slots, loop = Getter(), Cold(), Slots(), Slots()
object.__setattr__(getter, "coef_", 1.5)
table = Slots(); object.__setattr__(table, "__dict__", Table(alpha=1, coef_=np.ones(2)))
vars(table)[5] = 1; vars(table)["no name"] = 2; vars(table)["intercept_"] = Slots
loop.alpha = loop; loop.inner_ = loop; loop.many_ = [1.0] * 10**6; loop.big_ = np.ones(200_000); loop.bad_ = object()
for n in range(100): setattr(slots, f"p{n}", n)
"""


@pytest.fixture
def captured(run_kernel, tmp_path):
    """Return a function that runs cells and gives a captured variable as checks see it."""

    def run(source, keep):
        done = run_kernel(source, keep=keep)
        assert done.statuses() == ["ok"], done.outputs(0)
        (tmp_path / "run").mkdir()
        (done.out / "evidence").rename(tmp_path / "run" / "evidence")
        record = make_record(make_lab(tmp_path / "root"), plan={"a1": tuple(keep.split())})
        reader = EvidenceReader(tmp_path / "run", record)
        return [reader.object("a1", name) for name in keep.split()]

    return run


def test_estimators_of_hostile_classes_are_read_past_their_code(captured):
    getter, cold, slots, table, loop, fine = captured(
        HOSTILE + "fine = 1", "getter cold slots table loop fine"
    )
    assert fine == 1 and (getter.kind, cold.kind) == ("Getter", "Cold")
    assert getter.coef_ == 1.5 and cold.fitted == {} and not cold.is_fitted
    assert len(slots.params) == 64 and not hasattr(slots, "coef_")
    assert table.alpha == 1 and table.coef_.tolist() == [1.0, 1.0] and list(table.params) == ["alpha"]
    with pytest.raises(ReviewNeeded, match="intercept_"):
        _ = table.intercept_
    assert loop.inner_.inner_.kind == "Slots"
    for name in ("many_", "big_", "bad_"):
        with pytest.raises(ReviewNeeded, match=name):
            getattr(loop, name)


def test_linear_models_keep_what_they_were_told_and_learnt(captured):
    source = """
import numpy as np, pandas as pd
from sklearn.linear_model import Lasso, LassoCV, LinearRegression, LogisticRegression
x = pd.DataFrame(np.random.default_rng(0).random((60, 4)), columns=list("abcd")); y = x @ [1.0, 2.0, 0.0, 0.0] + 1
linear = LinearRegression().fit(x, y); cv = LassoCV(cv=3, alphas=20, random_state=1).fit(x, y)
words = LogisticRegression().fit(x, np.where(y > 2.5, "high", "low")); fresh = Lasso(alpha=0.5, positive=True)
"""
    linear, cv, words, fresh = captured(source, "linear cv words fresh")
    assert isinstance(linear, EstimatorEvidence) and linear.kind == "LinearRegression"
    assert linear.coef_ == pytest.approx([1, 2, 0, 0], abs=1e-9) and linear.intercept_ == pytest.approx(1)
    assert linear.feature_names_in_.tolist() == list("abcd") and linear.n_features_in_ == 4
    assert cv.mse_path_.shape == (20, 3) and cv.alpha_ in cv.alphas_ and cv.params["cv"] == cv.cv == 3
    assert words.classes_.tolist() == ["high", "low"] and words.fitted["coef_"].shape == (1, 4)
    assert fresh.get_params()["alpha"] == 0.5 and fresh.positive is True and not fresh.is_fitted
    with pytest.raises(AssertionError, match="`fresh` has no coef_: was it fitted"):
        _ = fresh.coef_
    assert getattr(fresh, "coef_", None) is None


def test_pipelines_and_searches_hold_estimators(captured):
    source = """
import numpy as np
from sklearn.linear_model import Lasso
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
x = np.random.default_rng(0).random((60, 3)); y = x[:, 0]
pipe = make_pipeline(StandardScaler(), "passthrough", Lasso(alpha=0.01)).fit(x, y)
search = GridSearchCV(make_pipeline(StandardScaler(), Lasso()), {"lasso__alpha": [0.01, 1.0]}, cv=3).fit(x, y)
"""
    pipe, search = captured(source, "pipe search")
    assert [name for name, _ in pipe.steps] == ["standardscaler", "passthrough", "lasso"] and len(pipe) == 3
    assert pipe["standardscaler"].mean_.shape == (3,) and pipe[-1].coef_.shape == (3,) and pipe.is_fitted
    assert pipe.named_steps["lasso"].alpha == 0.01 and pipe[1] == "passthrough"
    assert search.best_params_ == {"lasso__alpha": 0.01} and search.best_score_ > 0.5
    assert search.best_estimator_["lasso"].coef_[0] > 0.2 and search.cv_results_["params"][1] == {
        "lasso__alpha": 1.0
    }
    with pytest.raises(AssertionError, match="no step 'scaler'"):
        _ = pipe["scaler"]


@pytest.mark.parametrize(
    "changes",
    [
        {"params": 5},
        {"fitted": []},
        {"left_out": None},
        {"steps": 5},
        {"steps": [["a"]]},
        {"steps": [["a", 1]] * 99},
        {"fitted": {f"x{n}_": {} for n in range(99)}},
        {"steps": [["a", {"kind": "estimator"}]]},
    ],
)
def test_estimators_made_by_hand_wait_for_a_person(tmp_path, changes):
    item = {"kind": "estimator", "class": "Lasso", "params": {}, "fitted": {}, "left_out": {}} | changes
    reader = EvidenceReader(tmp_path, make_record(make_lab(tmp_path / "root"), plan={"a1": ("x",)}))
    reader._questions["a1"] = {"items": {"x": item}}
    with pytest.raises(ReviewNeeded):
        reader.object("a1", "x")


def test_parts_made_by_hand_wait_for_a_person_when_they_are_asked_for(tmp_path):
    parts = {"coef_": {"kind": "array", "shape": "wide"}, "other_": {"kind": "nothing"}, "none_": 5}
    item = {"kind": "estimator", "class": "Lasso", "params": {}, "fitted": parts, "left_out": {}}
    reader = EvidenceReader(tmp_path, make_record(make_lab(tmp_path / "root"), plan={"a1": ("x",)}))
    reader._questions["a1"] = {"items": {"x": item}}
    for name in parts:
        with pytest.raises(ReviewNeeded):
            getattr(reader.object("a1", "x"), name)
    assert np.array_equal(list(item["fitted"]), list(parts))
