"""What Slurm prints is read, and whatever else it prints does not raise."""

from hypothesis import given
from hypothesis import strategies as st

from deepgrade.engine.slurm.listings import Seen, parse_accounting, parse_config, parse_job_id, parse_queue

QUEUE = """\
12|0|COMPLETED|n0|None|deepgrade-le5-1
12|3|PENDING||Resources|deepgrade-le5-1
12|4|RUNNING|gpu-node7|None|deepgrade-le5-1
14|1|PENDING|(null)|launch failed requeued held|a|b
77|N/A|RUNNING|n1|None|somebody's shell
slurm_load_jobs error: nonsense
"""
ACCOUNTING = """\
12_0|COMPLETED|n0|deepgrade-le5-1
12_1|CANCELLED by 1000|n1|deepgrade-le5-1
12_2|OUT_OF_ME+|n1|deepgrade-le5-1
12_[3-5,9%2]|PENDING|None assigned|deepgrade-le5-1
13|COMPLETED|n0|plain
"""


def test_queue_is_read_and_other_jobs_are_left_out():
    seen = parse_queue(QUEUE)
    assert [(task.job, task.place, task.state, task.node) for task in seen] == [
        (12, 0, "COMPLETED", "n0"), (12, 3, "PENDING", ""), (12, 4, "RUNNING", "gpu-node7"), (14, 1, "PENDING", ""),
    ]  # fmt: skip
    assert [task.under_way for task in seen] == [False, True, True, True]
    assert [task.is_stuck for task in seen] == [False, False, False, True]
    assert seen[3].name == "a|b"


def test_accounting_is_read_with_states_of_several_words_and_tasks_that_never_started():
    seen = parse_accounting(ACCOUNTING)
    assert [(task.place, task.state) for task in seen] == [
        (0, "COMPLETED"), (1, "CANCELLED"), (2, "OUT_OF_ME"), (3, "PENDING"), (4, "PENDING"), (5, "PENDING"), (9, "PENDING"),
    ]  # fmt: skip
    assert seen[3].node == ""


def test_settings_and_job_numbers_are_read():
    config = parse_config("Configuration data as of now\nMaxArraySize            = 1001\nA = b = c\n")
    assert config == {"MaxArraySize": "1001", "A": "b = c"}
    assert parse_job_id("123\n") == 123
    assert parse_job_id("123;cluster\n") == 123
    assert parse_job_id("Welcome!\n 42;c\n") == 42
    assert parse_job_id("Submitted") is None


_WORD = (
    st.text(
        st.characters(codec="ascii", exclude_characters="|\n\r\x0b\x0c\x1c\x1d\x1e\x85"),
        min_size=1,
        max_size=12,
    )
    .map(str.strip)
    .filter(bool)
)


@given(
    st.lists(
        st.builds(
            Seen,
            st.integers(1, 10**9),
            st.integers(0, 10**6),
            st.sampled_from(["RUNNING", "FAILED", "PENDING"]),
            st.sampled_from(["", "n0", "rack1-n[1-2]"]),
            _WORD,
            _WORD,
        )
    )
)
def test_what_the_format_prints_comes_back(rows):
    text = "".join("|".join(map(str, row)) + "\n" for row in rows)
    assert parse_queue(text) == rows


@given(st.text())
def test_no_text_raises(text):
    for parse in (parse_queue, parse_accounting, parse_config, parse_job_id):
        parse(text)
