"""`grade --engine slurm` says what is wrong with its site file before anything is done."""

import pytest
from click.testing import CliRunner

from deepgrade.cli.grade import command
from support.small_class import make_small_lab, notebook, write_class


@pytest.fixture
def words(tmp_path):
    files = make_small_lab(tmp_path / "labs")
    submissions = write_class(tmp_path / "in", {"ada": notebook()})
    return ["small", str(submissions), "--root", str(files.root), "--course", str(tmp_path / "course")]


def test_site_needs_the_engine(words, tmp_path):
    done = CliRunner().invoke(command, [*words, "--site", str(tmp_path / "site.toml")])
    assert done.exit_code == 2
    assert "--site needs --engine slurm" in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("gpu = 1\nthrottle = 0\n", "- gpu: "),
        ("gpu = 1\nthrottle = 0\n", "- throttle: "),
    ],
)
def test_faulty_site_file_ends_the_command_before_it_begins(words, tmp_path, text, said):
    if text is not None:
        (tmp_path / "site.toml").write_text(text)
    done = CliRunner().invoke(command, [*words, "--engine", "slurm", "--site", str(tmp_path / "site.toml")])
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "course").exists()


def test_lab_that_requires_a_gpu_is_refused_where_the_site_has_none(words, tmp_path):
    toml = tmp_path / "labs" / "solutions" / "small" / "lab.toml"
    toml.write_text(toml.read_text().replace('gpu = "off"', 'gpu = "required"'))
    (tmp_path / "site.toml").write_text('gres = ""\n')
    done = CliRunner().invoke(command, [*words, "--engine", "slurm", "--site", str(tmp_path / "site.toml")])
    assert done.exit_code == 2
    assert "the site file asks for none" in done.output
