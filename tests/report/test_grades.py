"""grades.csv, results.json and the terminal's table."""

import csv
import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_fixtures import make_entries, make_report
from report_hostile import BAD
from report_lab import TITLES, failed, make_lab, make_run, make_score
from rich.console import Console

from deepgrade.evidence import Verdict
from deepgrade.report import StudentEntry, class_table, write_grades, write_results
from deepgrade.report.grades import RESULTS_SCHEMA
from deepgrade.report.points import STATE_WORDS, state_of, summarise, tally
from deepgrade.report.text import spreadsheet_text


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return make_report(make_entries(tmp_path_factory.mktemp("class")))


def rows(report, folder):
    with write_grades(report, folder / "grades.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_names_that_a_spreadsheet_would_calculate_are_text(tmp_path):
    names = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        '=HYPERLINK("http://x")',
        "\t=1",
        "\r=1",
        " =1",
        "＝1",
        "a=1",
        "O'Hara",
        'x",="y',
    ]
    entries = [StudentEntry(name, f"s{i}") for i, name in enumerate(names)]
    found = [row["student"] for row in rows(make_report(entries), tmp_path)]
    guarded = ["'=1+1", "'+1", "'-1", "'@SUM(A1)", '\'=HYPERLINK("http://x")', "'=1", "'=1", "'=1", "'＝1"]
    assert found == [*guarded, "a=1", "O'Hara", 'x",="y']


@settings(deadline=None)
@given(st.text())
def test_no_guarded_cell_begins_like_a_formula(text):
    assert not spreadsheet_text(text).startswith(("=", "+", "-", "@"))


def test_one_row_a_student_whatever_the_name(report, tmp_path):
    found = rows(report, tmp_path)
    assert len(found) == 9
    assert all(None not in row and None not in row.values() for row in found)
    assert list(found[0])[:4] == ["student", "sha256", "verdict", "a1"]
    assert set(TITLES) <= set(found[0])


def test_what_is_not_known_is_empty_and_never_zero(report, tmp_path):
    found = {row["student"].split()[0]: row for row in rows(report, tmp_path)}
    adaeze, benedikt, gustav = found["Adaeze"], found["Benedikt"], found["Gustav"]
    assert (adaeze["automatic_points"], adaeze["total_points"], adaeze["manual_pending"]) == ("6", "9", "0")
    assert (benedikt["total_points"], benedikt["manual_pending"], benedikt["a1"]) == ("", "3", "")
    assert (gustav["verdict"], gustav["automatic_points"], gustav["b1"]) == ("invalid_submission", "", "")
    assert found["Dương"]["automatic_possible"] == "5.733"


def test_results_follow_their_schema(report, tmp_path):
    document = json.loads(write_results(report, tmp_path / "results.json").read_text(encoding="utf-8"))
    schema = json.loads(RESULTS_SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    assert len(document["students"]) == 9
    assert document["students"][-1]["student"] == BAD
    assert {s["verdict"] for s in document["students"]} >= {"ok", "timeout", "invalid_submission", "no_gpu"}


def test_an_empty_class_follows_the_schema(tmp_path):
    document = json.loads(
        write_results(make_report([]), tmp_path / "results.json").read_text(encoding="utf-8")
    )
    jsonschema.validate(document, json.loads(RESULTS_SCHEMA.read_text(encoding="utf-8")))
    assert document["students"] == []


def test_the_schema_knows_every_verdict_and_every_state():
    definitions = json.loads(RESULTS_SCHEMA.read_text(encoding="utf-8"))["$defs"]
    verdicts = set(definitions["student"]["properties"]["verdict"]["enum"])
    assert verdicts == {*(verdict.value for verdict in Verdict), "imported", "not_run"}
    assert set(definitions["question"]["properties"]["state"]["enum"]) == set(STATE_WORDS)


def test_a_persons_decision_counts_instead_of_the_checks():
    score = make_score("A", failed("b3"))
    before, after = tally(score, make_lab(), {}), tally(score, make_lab(), {"b3": 0.25, "a1": 0.0})
    assert before.automatic == pytest.approx(5.8) and after.automatic == pytest.approx(5.95)
    assert before.manual_pending - after.manual_pending == pytest.approx(0.4)
    result = next(q for q in score.questions if q.question == "a1")
    assert (state_of(result, {}), state_of(result, {"a1": 0.0}), state_of(result, {"a1": 0.4})) == (
        "pending",
        "none",
        "full",
    )


def test_what_was_not_assessed_leaves_the_denominator_until_a_person_decides():
    score = make_score("A", {"c3": "not_assessed"})
    assert tally(score, make_lab(), {}).total_possible == pytest.approx(8.733)
    assert tally(score, make_lab(), {"c3": 0.4}).total_possible == pytest.approx(9)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(TITLES)), st.floats(0, 1)))
def test_points_are_bounded_by_what_can_be_had(shares):
    decisions = {name: share * make_lab().question(name).points for name, share in shares.items()}
    row = summarise(StudentEntry("A", "a", make_score("A"), decisions=decisions), make_lab(), "a")
    assert 0 <= row.tally.automatic <= row.tally.automatic_possible + 1e-9
    assert (
        row.tally.automatic + row.tally.manual + row.tally.manual_pending <= row.tally.total_possible + 1e-9
    )


def test_the_terminal_shows_names_and_never_obeys_them(report):
    entries = [
        StudentEntry("[red]Ann[/red] \x1b[31m", "a", make_score("A"), make_run("A")),
        *report.students(),
    ]
    console = Console(width=160, force_terminal=False, record=True)
    with console.capture() as capture:
        console.print(class_table(entries, report.lab))
    text = capture.get()
    assert "[red]Ann[/red] ^[[31m" in text and "\x1b" not in text and "\u202e" not in text
    for words in (
        "Benedikt Lang",
        "5.27 / 6",
        "2.2/3+",
        "2 flags",
        "invalid submission",
        "16 min 52 s",
    ):
        assert words in text
