"""What the pages say, and that they can be read by everyone."""

import re
from itertools import pairwise

import pytest
from page_reader import Page
from report_fixtures import make_entries, make_report
from report_lab import DATA, MANUAL, TITLES, make_lab, make_run, make_score

from deepgrade.report import StudentEntry, write_report
from deepgrade.report.model import ClassReport
from deepgrade.report.student_page import rubric_prose, student_page


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    index = write_report(
        make_report(make_entries(folder, hostile=False), note="Provisional."), folder / "out"
    )
    return {path.stem: Page(path.read_text(encoding="utf-8")) for path in index.parent.rglob("*.html")}


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        ClassReport(make_lab(), "x", make_run("a").started_at.replace(tzinfo=None), list)


def test_a_class_without_students_has_a_page(tmp_path):
    page = Page(write_report(make_report([]), tmp_path).read_text(encoding="utf-8"))
    assert page.problems == [] and "No students." in page.words


def test_students_are_read_one_at_a_time(tmp_path):
    alive, most = 0, 0

    def students():
        nonlocal alive, most
        for number in range(12):
            alive = number
            written = len(list((tmp_path / "students").glob("*.html"))) if number else 0
            most = max(most, alive - written)
            yield StudentEntry(f"Student {number}", f"s{number}")

    write_report(ClassReport(make_lab(), "x", make_run("a").started_at, students), tmp_path)
    assert most <= 2


def test_a_training_that_several_questions_captured_is_drawn_once(tmp_path):
    entry = make_entries(tmp_path / "class", hostile=False)[0]
    view = student_page(make_report([entry]), entry)
    curves = {q.id: [(c.name, bool(c.charts), c.drawn_at) for c in q.curves] for q in view.questions}
    assert curves["c7"] == [("history", True, "")]
    assert curves["c8"] == [("history", False, "c7")]
    assert curves["c9"] == [("history", True, "")], "another training under the same name"
    write_report(make_report([entry]), tmp_path / "out")
    page = next((tmp_path / "out" / "students").iterdir()).read_text(encoding="utf-8")
    assert '<code>history</code> is drawn under <a href="#q-c7">c7</a>' in page


def test_slugs_that_differ_only_in_case_get_pages_of_their_own(tmp_path):
    entries = [
        StudentEntry("A", "ann"),
        StudentEntry("B", "Ann"),
        StudentEntry("C", "ann"),
        StudentEntry("C", "ann"),
    ]
    write_report(make_report(entries), tmp_path)
    assert len({path.name.lower() for path in (tmp_path / "students").iterdir()}) == 4


def test_a_name_that_is_no_file_name_gives_a_page_that_can_be_recognised(tmp_path):
    write_report(
        make_report([StudentEntry("Dương Nguyễn", "Dương Nguyễn"), StudentEntry("王", "../王")]), tmp_path
    )
    first, second = sorted(path.name for path in (tmp_path / "students").iterdir())
    assert re.fullmatch(r"duong-nguyen-[0-9a-f]{8}\.html", first) and re.fullmatch(
        r"student-[0-9a-f]{8}\.html", second
    )


def test_synthetic_data_is_said_loudly_on_every_page_and_real_data_quietly(tmp_path, site):
    index = write_report(make_report([StudentEntry("A", "a")], synthetic=True), tmp_path)
    for path in (index, tmp_path / "students" / "a.html"):
        assert "Synthetic data. These results were made with generated data" in Page(path.read_text()).words
    assert all("Synthetic data" not in page.words for page in site.values())
    assert all("mnist (real, full)" in page.words for page in site.values())


def test_every_page_has_one_title_landmarks_ordered_headings_and_unique_ids(site):
    for name, page in site.items():
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1 and levels[0] == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
        for landmark in ("main", "header", "footer"):
            assert page.all(landmark), (name, landmark)
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids)), name
        assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids), name


def test_every_figure_table_and_picture_can_be_read_aloud(site):
    for name, page in site.items():
        for tag, attributes in page.elements:
            if tag == "svg":
                assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true", name
            if tag == "img":
                assert attributes["alt"], name
            if tag == "th" and "scope" in attributes:
                assert attributes["scope"] in ("row", "col"), name
        ours = [a for tag, a in page.elements if tag == "div" and a.get("role") == "region"]
        assert len(ours) <= len(page.all("caption")), name
        assert all(a["aria-label"] and a["tabindex"] == "0" for a in ours), name


def test_links_between_pages_lead_to_pages(site):
    for name, page in site.items():
        for link in page.all("a"):
            target = link["href"].split("#")[0]
            if target:
                assert target.split("/")[-1].removesuffix(".html") in site, (name, target)


def test_a_graded_student_has_a_total_and_an_ungraded_one_has_points_from_checks(site):
    assert "9 of 9 points" in site["adaeze-obi"].words
    assert "5.27 of 6 points given by checks" in site["benedikt-lang"].words
    assert "3 more points are given by a person" in site["benedikt-lang"].words


def test_what_was_not_assessed_and_what_needs_a_person_is_explained(site):
    assert "0.27 points could not be assessed, which is not the student's fault" in site["duong-nguyen"].words
    assert "Checks could not decide c9: a person decides" in site["benedikt-lang"].words


def test_a_refused_and_an_excused_submission_have_pages_that_say_why(site):
    assert "holm.docx is not a notebook" in site["gustav-holm"].words
    assert "it will be run again" in site["hana-sato"].words
    assert "of 6 points given by checks" not in site["hana-sato"].words


def test_a_failed_check_shows_hint_and_comparison(site):
    words = site["benedikt-lang"].words
    assert "Pixels still go up to 255: divide by 255." in words
    assert "where 255.0 = train_images.max()" in words


def test_changed_models_stand_beside_the_first_with_the_changes_marked(site):
    page = site["benedikt-lang"]
    words = page.words
    assert "network (b7) changed_1 (b9) changed_2 (b9) changed_3 (b9)" in words
    assert "407,050 50,890 (changed) 407,050 407,050" in words
    assert "RMSprop RMSprop SGD (changed) RMSprop" in words
    assert "Dense 512 relu → Dropout 0.5 → Dense 10 softmax" in words


def test_a_manual_question_shows_answer_rubric_and_no_heading_of_the_student(site):
    words = site["benedikt-lang"].words
    assert words.count("What a grader looks for") == len(MANUAL)
    assert "squeezes everything into (0, 1)" in words


def test_the_class_page_lists_everyone_every_question_and_every_flag(site):
    words = site["index"].words
    for title in TITLES.values():
        assert title in words
    for name in (
        "Adaeze Obi",
        "Gustav Holm",
        "public hidden gap",
        "model refused",
        "invalid submission",
        "no gpu",
    ):
        assert name in words
    labels = [a["aria-label"] for a in site["index"].all("svg") if a.get("role") == "img"]
    assert any(label.startswith("Histogram of points: 6 students") for label in labels)
    assert any(
        "b7 · network on digits: 6 models" in label and "2 below the threshold 0.96" in label
        for label in labels
    )


def test_training_curves_say_their_numbers(site):
    labels = [a["aria-label"] for a in site["benedikt-lang"].all("svg") if "aria-label" in a]
    assert any(
        re.match(r"loss by epoch; training from 0\.\d+ to .* validation .* at epoch 3\.", label)
        for label in labels
    )


def test_the_executed_notebook_is_shown_with_errors_pictures_and_progress(site):
    assert "469/469" in site["benedikt-lang"].words and "1/469" not in site["benedikt-lang"].words
    assert any(a["src"].startswith("data:image/png") for a in site["benedikt-lang"].all("img"))
    assert "must have the same shape. Received" in site["duong-nguyen"].words


def test_pages_are_the_same_byte_for_byte_when_written_again(tmp_path):
    entries = make_entries(tmp_path, hostile=False)
    for name in ("one", "two"):
        write_report(make_report(entries), tmp_path / name)
    first = sorted((tmp_path / "one").rglob("*.html"))
    assert [p.read_bytes() for p in first] == [
        (tmp_path / "two" / p.relative_to(tmp_path / "one")).read_bytes() for p in first
    ]


def test_a_score_without_its_run_is_still_a_page(tmp_path):
    entry = StudentEntry("A", "a", make_score("A"), None, tmp_path / "gone")
    write_report(make_report([entry], data=DATA), tmp_path)
    assert "points given by checks" in Page((tmp_path / "students" / "a.html").read_text()).words


def test_runs_without_a_sandbox_are_said_on_every_page(tmp_path, site):
    index = write_report(make_report([StudentEntry("A", "a")], without_walls=True), tmp_path)
    for path in (index, tmp_path / "students" / "a.html"):
        assert (
            "No sandbox. Notebooks of this class ran without walls (--sandbox none)"
            in Page(path.read_text()).words
        )
    assert all("No sandbox" not in page.words for page in site.values())


def test_items_of_a_rubric_stand_on_lines_of_their_own_and_long_ones_go_on():
    text = "\n0.1 says what it is,\nand why.\n0.2 compares.\n\nOr else: 0.1.\n"
    shown = str(rubric_prose(text))
    assert shown.count("<br") == 1
    assert re.search(r"and why\.\s*<br ?/?>\s*0\.2 compares\.</p>", shown)
