"""A site file says what is wrong with it, all at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.engine.slurm import Site, SiteError, load_site


def _load(tmp_path, text):
    path = tmp_path / "site.toml"
    path.write_text(text)
    return load_site(path)


def test_every_fault_is_named_at_once(tmp_path):
    text = """
    partiton = "gpu"
    account = "two words"
    gres = "gpu:1; rm -rf /"
    throttle = 0
    attempts = 99
    poll_s = "often"
    sandbox = "sandcastle"
    python = "venv/bin/python"
    setup = ["module load apptainer\\nrm x", "#SBATCH --mem=1"]
    sbatch = ["--constraint=a100", "-p gpu", "--time=5", "--array=1-3", "--gpus=2", "mem"]
    """
    with pytest.raises(SiteError) as error:
        _load(tmp_path, text)
    said = str(error.value)
    assert str(tmp_path / "site.toml") in said
    for field in (
        "partiton",
        "account",
        "gres",
        "throttle",
        "attempts",
        "poll_s",
        "sandbox",
        "python",
        "setup",
        "sbatch",
    ):
        assert f"- {field}: " in said, field
    for words in (
        "sandcastle",
        "absolute path",
        "more than one line",
        "put it in sbatch",
        "'-p gpu' is no long option",
    ):
        assert words in said, words
    assert "--time is set by deepgrade; use the field margin_minutes" in said
    assert "--array is set by deepgrade; use the field throttle" in said
    assert "--gpus is set by deepgrade; use the field gres" in said
    assert "'mem' is no long option" in said
    assert "a100" not in said


@pytest.mark.parametrize(("text", "words"), [("partition = ", "is not TOML"), (None, "cannot be read")])
def test_file_that_is_no_site_file_is_named(tmp_path, text, words):
    if text is not None:
        (tmp_path / "site.toml").write_text(text)
    with pytest.raises(SiteError, match=words) as error:
        load_site(tmp_path / "site.toml")
    assert str(tmp_path / "site.toml") in str(error.value)


def test_empty_file_is_a_plain_cluster(tmp_path):
    assert _load(tmp_path, "") == Site()


def test_full_file_is_taken(tmp_path):
    site = _load(
        tmp_path,
        """
        partition = "gpu,gpu-long"
        account = "cs5590"
        qos = "course"
        gres = "gpu:a100:1"
        throttle = 8
        sandbox = "apptainer=/shared/deepgrade.sif"
        python = "/shared/venv/bin/python"
        setup = ["module load apptainer", "export TMPDIR=/scratch/$USER"]
        sbatch = ["--constraint=a100", "--reservation=course", "--exclusive"]
        """,
    )
    assert (site.throttle, site.gres, site.sbatch[2]) == (8, "gpu:a100:1", "--exclusive")


@given(st.text(max_size=30))
def test_no_option_that_breaks_the_command_or_the_script_is_taken(option):
    try:
        site = Site(sbatch=(option,), setup=(option,))
    except ValueError:
        return
    assert site.sbatch[0].startswith("--")
    assert "\n" not in site.setup[0]
