import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.submission import REFUSALS, Refusal, read_notebook
from support.submission_notebooks import (
    LAB,
    TEMPLATE,
    accepted,
    code,
    full,
    markdown,
    notebook,
    prompt,
    refused,
    take,
)

WHOLE = json.dumps(notebook(full())).encode()


@pytest.mark.parametrize(
    ("content", "refusal", "says"),
    [
        (b"", "empty", "empty"),
        (b"  \n\t ", "empty", "empty"),
        (b"%PDF-1.7 ...", "not_a_notebook", "a PDF file"),
        (b"PK\x03\x04....", "not_a_notebook", "a zip archive"),
        (b"<!DOCTYPE html><html>", "not_a_notebook", "a web page"),
        (b"import keras\n", "not_a_notebook", ".ipynb"),
        (b'"text"', "not_a_notebook", ".ipynb"),
        (b"[1, 2]", "not_a_notebook", "JSON"),
        (b'{"a": 1}', "not_a_notebook", "JSON"),
        (WHOLE[: len(WHOLE) // 2], "broken_json", "line 1"),
        (WHOLE[:-1], "broken_json", "it ends"),
        (b'{"cells": [], "cells": [], "nbformat": 4}', "broken_json", "'cells' stands twice"),
        (b'{"cells": ' + b"[" * 100_000, "too_deep", "nests"),
        (b"[" * 1_000_001, "too_complex", "more data"),
        ("{}".encode("utf-16"), "not_utf8", "UTF-16"),
        (b'{"cells": "\xff"}', "not_utf8", "byte 11"),
        ({"nbformat": 3, "worksheets": []}, "old_format", "format 3"),
        ({"nbformat": 5, "cells": []}, "unknown_format", "5"),
        ({"nbformat": True, "cells": []}, "unknown_format", "unknown"),
        ({"nbformat": "4", "cells": []}, "unknown_format", "unknown"),
        ({"cells": []}, "unknown_format", "unknown"),
        ({"nbformat": 4}, "bad_cells", "no list of cells"),
        ({"nbformat": 4, "cells": {}}, "bad_cells", "no list of cells"),
        ({"nbformat": 4, "cells": [7]}, "bad_cells", "cell 1"),
        ({"nbformat": 4, "cells": [{"cell_type": "spell", "source": ""}]}, "bad_cells", "cell 1"),
        ({"nbformat": 4, "cells": [{"cell_type": ["code"], "source": ""}]}, "bad_cells", "cell 1"),
        ([markdown("x"), markdown(17)], "bad_cells", "cell 2"),
        ([markdown("x"), markdown(["a", 1])], "bad_cells", "cell 2"),
        ([markdown("x")] * 2001, "too_many_cells", "2,001"),
        ([], "no_questions", "'Question a1: ...'"),
        ([markdown("### Question z9: Other lab")], "no_questions", "Introduction to Deep Learning"),
        (notebook(full(), metadata={"language_info": {"name": "R"}}), "wrong_language", "'R'"),
        (notebook(full(), metadata={"kernelspec": {"name": "ir"}}), "wrong_language", "'R'"),
    ],
)
def test_what_is_not_a_gradable_notebook_is_refused_with_a_sentence(content, refusal, says):
    result = refused(content)
    assert result.code == refusal
    assert result.code in REFUSALS
    assert says in result.sentence
    assert result.sentence.endswith(".")
    assert result.sha256 is not None


def test_metadata_nested_deeper_than_json_should_be_is_refused():
    deep: object = 1
    for _ in range(200):
        deep = [deep]
    assert refused([prompt("a1"), markdown("x", note=deep)]).code == "too_deep"


def test_what_real_notebooks_hold_is_accepted():
    cells = full()
    cells[6]["outputs"] = [
        {"output_type": "execute_result", "data": {"x": math.nan, "y": math.inf}, "metadata": {}}
    ]
    cells[6]["source"] = ["images = [1]\n", "images"]
    cells[6]["metadata"]["scrolled"] = 1.5
    submission = accepted(b"\xef\xbb\xbf" + json.dumps(notebook(cells), indent=1).encode())
    assert submission.cells[6].source == "images = [1]\nimages"
    assert submission.notebook["cells"][6]["outputs"] == []
    json.dumps(submission.notebook, allow_nan=False)


def test_a_notebook_without_a_kernel_name_is_taken_as_python():
    assert accepted(notebook(full(), metadata={})).flavour == "otter"
    assert accepted(notebook(full(), metadata={"kernelspec": {"name": "tf-gpu"}})).student == "alice"


def test_numbers_and_strings_that_other_programs_choke_on_are_made_plain():
    text = WHOLE.decode().replace('"Because of the slope."', '"Half a \\ud83d pair\\u0000"')
    text = text.replace('"nbformat_minor": 5', f'"nbformat_minor": {"9" * 5000}')
    submission = accepted(text.encode())
    assert "Half a ? pair" in submission.answers["a1"]
    assert submission.notebook["nbformat_minor"] == 5
    json.dumps(submission.notebook, ensure_ascii=False).encode("utf-8")


def test_a_cell_that_python_cannot_even_parse_is_still_a_cell():
    for source in (
        "grader.check(" * 300,
        "grader.check(\x00)",
        "import otter\n" + "(" * 900,
        "otter." + "-" * 3900 + "1",
    ):
        submission = accepted([prompt("b1"), code(source)])
        assert submission.cells[1].skip is False


def test_a_text_of_many_open_comments_takes_no_time():
    submission = accepted([prompt("a1"), markdown("<!--" * 500_000 + "answer")])
    assert submission.answers["a1"] == ""


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(data):
    assert read_notebook(data, lab=LAB, student="s", filename="f", template=TEMPLATE) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SOURCE = st.sampled_from(
    [
        "### Question b1: x",
        "grader.check('b1')",
        "import otter",
        "# Question b2",
        "```",
        "<!--",
        "YOUR ANSWER HERE",
        "",
    ]
)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": SOURCE | st.text(max_size=30) | JSON,
    },
    optional={
        "metadata": JSON
        | st.fixed_dictionaries({}, optional={"deepgrade": JSON, "nbgrader": JSON, "tags": JSON})
        | st.fixed_dictionaries({"deepgrade": st.fixed_dictionaries({"question": JSON, "role": JSON})})
        | st.fixed_dictionaries(
            {
                "nbgrader": st.fixed_dictionaries(
                    {"grade": JSON, "locked": JSON, "grade_id": JSON, "points": JSON}
                )
            }
        ),
        "id": JSON,
        "attachments": JSON,
        "outputs": JSON,
    },
)


@settings(max_examples=300, deadline=None)
@given(
    JSON
    | st.fixed_dictionaries(
        {"nbformat": st.just(4) | JSON, "cells": st.lists(CELL | JSON, max_size=6) | JSON}
    )
)
def test_no_json_raises_and_what_is_accepted_is_whole(value):
    result = take(value)
    if isinstance(result, Refusal):
        assert result.code in REFUSALS
        return
    assert [cell.index for cell in result.cells] == list(range(len(result.notebook["cells"])))
    assert all(
        cell.source == kept["source"]
        for cell, kept in zip(result.cells, result.notebook["cells"], strict=True)
    )
    json.dumps(result.notebook, ensure_ascii=False, allow_nan=False).encode("utf-8")
