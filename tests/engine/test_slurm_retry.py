"""When a task is waited for, taken, tried again or given up."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepgrade.engine.slurm.files import Done
from deepgrade.engine.slurm.listings import Seen
from deepgrade.engine.slurm.retry import next_step
from deepgrade.evidence import VERDICTS, Verdict


def _done(verdict=Verdict.OK, node="n0", attempt="0-1-0-7", error=""):
    return Done(
        index=0,
        array=1,
        verdict=verdict,
        error=error,
        attempt=attempt,
        node=node,
        job="1_0",
        seconds=1.0,
        finished_at=datetime.now(UTC),
    )


def _seen(state, node="n0", reason="None"):
    return Seen(1, 0, state, node, reason, "name")


def _step(done=None, seen=None, *, gone_s=1000.0, attempts=1, most=3):
    return next_step(done, seen, gone_s=gone_s, grace_s=60.0, attempts=attempts, most=most)


_STATES = (
    "PENDING",
    "RUNNING",
    "COMPLETING",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "TIMEOUT",
    "NODE_FAIL",
    "PREEMPTED",
    "OUT_OF_MEMORY",
    "REQUEUED",
    "WHATEVER",
)
_dones = st.builds(
    _done, st.one_of(st.none(), st.sampled_from(Verdict)), attempt=st.sampled_from([None, "0-1-0-7"])
)
_seens = st.builds(
    _seen,
    st.sampled_from(_STATES),
    st.sampled_from(["", "n0"]),
    st.sampled_from(["None", "launch failed requeued held"]),
)
_any = {"gone_s": st.floats(0, 1e6), "attempts": st.integers(1, 20), "most": st.integers(1, 20)}


@given(_dones, st.none() | _seens, st.fixed_dictionaries(_any))
def test_students_own_end_is_taken_whatever_else_is_said_and_never_tried_again(done, seen, numbers):
    assume(done.verdict is not None and VERDICTS[done.verdict].students_fault)
    assert _step(done, seen, **numbers).action == "take"


@given(st.none() | _dones, st.none() | _seens, st.fixed_dictionaries(_any))
def test_there_are_never_more_attempts_than_allowed(done, seen, numbers):
    step = _step(done, seen, **numbers)
    assert step.action != "again" or numbers["attempts"] < numbers["most"]
    assert step.action in ("wait", "take") or step.why


@given(_dones, st.fixed_dictionaries(_any))
def test_graders_own_end_is_tried_again_while_it_may_be_and_away_from_its_node(done, numbers):
    assume(done.verdict is None or not VERDICTS[done.verdict].students_fault)
    step = _step(done, None, **numbers)
    if numbers["attempts"] < numbers["most"]:
        assert (step.action, step.avoid) == ("again", "n0")
    else:
        assert step.action == ("take" if done.attempt and done.verdict else "give_up")


@given(
    st.sampled_from(["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED"]),
    st.fixed_dictionaries(_any),
)
def test_task_under_way_is_left_alone(state, numbers):
    assert _step(None, _seen(state), **numbers).action == "wait"


@given(st.none() | _seens, st.integers(1, 3))
def test_file_gets_time_to_show(seen, attempts):
    assume(seen is None or not seen.is_stuck)
    assert _step(None, seen, gone_s=59.9, attempts=attempts).action == "wait"


@pytest.mark.parametrize(
    ("state", "avoid"),
    [
        ("FAILED", "n0"),
        ("NODE_FAIL", "n0"),
        ("TIMEOUT", "n0"),
        ("COMPLETED", "n0"),
        ("OUT_OF_MEMORY", "n0"),
        ("CANCELLED", ""),
        ("PREEMPTED", ""),
        ("DEADLINE", ""),
    ],
)
def test_node_is_avoided_only_where_it_may_be_the_cause(state, avoid):
    step = _step(None, _seen(state))
    assert (step.action, step.avoid) == ("again", avoid)
    assert "node n0" in step.why


def test_slurms_own_time_limit_is_the_graders_fault():
    step = _step(None, _seen("TIMEOUT"), attempts=3)
    assert step.action == "give_up"
    assert "margin_minutes" in step.why


def test_job_that_slurm_holds_since_a_node_could_not_start_it_is_tried_again_at_once():
    step = _step(None, _seen("PENDING", reason="launch failed requeued held"), gone_s=0)
    assert (step.action, step.avoid) == ("again", "n0")


def test_job_that_slurm_forgot_is_tried_again():
    assert _step(None, None).action == "again"
    assert "does not know it" in _step(None, None).why
