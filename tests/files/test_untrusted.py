"""Files from strangers: only plain, single, small ones come in."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.files import UntrustedFileError, list_untrusted, read_untrusted


def _refused(path, **options):
    with pytest.raises(UntrustedFileError) as caught:
        read_untrusted(path, **{"max_bytes": 100, **options})
    return caught.value.code


def test_symbolic_link_is_refused_even_to_a_harmless_file(tmp_path):
    (tmp_path / "labels.npy").write_bytes(b"secret")
    (tmp_path / "submission.csv").symlink_to(tmp_path / "labels.npy")
    assert _refused(tmp_path / "submission.csv") == "link"


def test_dangling_link_is_refused_as_a_link(tmp_path):
    (tmp_path / "a").symlink_to("/nowhere/at/all")
    assert _refused(tmp_path / "a") == "link"


def test_named_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert _refused(tmp_path / "pipe") == "not_regular"


def test_folder_is_refused(tmp_path):
    (tmp_path / "folder").mkdir()
    assert _refused(tmp_path / "folder") == "not_regular"


def test_second_hard_link_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    os.link(tmp_path / "a", tmp_path / "b")
    assert _refused(tmp_path / "b") == "hard_link"


def test_sparse_terabyte_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(1 << 40)
    assert _refused(tmp_path / "big") == "too_large"


def test_missing_file_and_missing_folder_are_named(tmp_path):
    assert _refused(tmp_path / "none") == "missing"
    assert _refused(tmp_path / "no" / "where") == "missing"


@pytest.mark.parametrize("name", ["..", ".", "a\x00b"])
def test_names_that_are_no_names_are_refused(tmp_path, name):
    assert _refused(tmp_path / name if name != "." else tmp_path / ".." / "..") in ("bad_name", "not_regular")


@given(content=st.binary(max_size=300), limit=st.integers(0, 300))
def test_content_comes_back_exactly_when_it_fits(tmp_path_factory, content, limit):
    path = tmp_path_factory.mktemp("case") / "file"
    path.write_bytes(content)
    if len(content) <= limit:
        assert read_untrusted(path, max_bytes=limit) == content
    else:
        assert _refused(path, max_bytes=limit) == "too_large"


def test_listing_leaves_out_links_and_folders_and_is_bounded(tmp_path):
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "folder").mkdir()
    assert list_untrusted(tmp_path) == ["a", "b"]
    with pytest.raises(UntrustedFileError):
        list_untrusted(tmp_path, max_entries=2)
