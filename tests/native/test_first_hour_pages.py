"""The pages about otter and nbgrader: every command in their `sh` blocks runs as it is printed, in an empty folder."""

import pytest

from support.pages_of_docs import run_page


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_first_hour_with_otter_runs_as_printed(tmp_path):
    run_page("otter.md", tmp_path)
    course = tmp_path / "my-course"
    assert (course / "released" / "mnist_one_layer.ipynb").is_file()
    table = (course / "final_grades.csv").read_text(encoding="utf-8")
    assert "solution" in table and "blank" in table
    for folder in ("course", "from-otter"):
        assert (course / folder / "report" / "mnist_one_layer" / "index.html").is_file()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_first_hour_with_nbgrader_runs_as_printed(tmp_path):
    run_page("nbgrader.md", tmp_path)
    course = tmp_path / "my-course"
    before = (course / "grades.csv").read_text(encoding="utf-8")
    after = (course / "after.csv").read_text(encoding="utf-8")
    assert before.count("\n") == after.count("\n") == 5
    assert (course / "feedback" / "blank" / "mnist_one_layer" / "mnist_one_layer.html").is_file()
    assert (course / "from-nbgrader" / "report" / "mnist_one_layer" / "index.html").is_file()
