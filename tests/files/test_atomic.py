"""A reader sees all of a file or folder, or none of it."""

import stat

import pytest

from deepgrade.files import atomic_folder, write_atomic


def test_failed_folder_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), atomic_folder(tmp_path / "run") as folder:
        (folder / "half").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_finished_folder_is_never_overwritten(tmp_path):
    with atomic_folder(tmp_path / "run") as folder:
        (folder / "a").write_text("first")
    with pytest.raises(FileExistsError), atomic_folder(tmp_path / "run") as folder:
        (folder / "a").write_text("second")
    assert (tmp_path / "run" / "a").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_failed_write_keeps_the_old_content(tmp_path):
    write_atomic(tmp_path / "a", "old")
    with pytest.raises(TypeError):
        write_atomic(tmp_path / "a", 3)
    assert (tmp_path / "a").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_secret_is_readable_by_its_owner_alone(tmp_path):
    write_atomic(tmp_path / "key", "x", mode=0o600)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
