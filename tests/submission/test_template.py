import json

from deepgrade.lab import LabFiles
from deepgrade.submission import Template, load_template
from support.submission_notebooks import code, full, markdown, notebook


def test_without_templates_nothing_is_known(tmp_path):
    assert load_template(LabFiles(tmp_path, "le5")) == Template()


def test_what_is_not_a_students_is_read_from_both_templates(tmp_path):
    files = LabFiles(tmp_path, "le5")
    other = [markdown(["YOUR ANSWER ", "HERE"], "a1", "answer"), code("assert images", "b1", "check")]
    for flavour, cells in (("otter", full()), ("nbgrader", other)):
        files.template(flavour).parent.mkdir(parents=True)
        files.template(flavour).write_text(json.dumps(notebook(cells)), encoding="utf-8")
    template = load_template(files)
    assert template.checks == {'grader.check("b1")', "assert images"}
    assert template.placeholders == {"Because of the slope.", "YOUR ANSWER HERE"}
    assert template.written_questions == {"a1"}
    assert template.code_questions == {"b1", "b2", "b10"}
    assert "## Part b" in template.texts
    assert "Do it." in template.lines
