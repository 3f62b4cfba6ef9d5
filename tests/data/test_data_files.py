"""Sets whose content is files: beside the notebook, through `get_file`, in the store."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from data_small_sets import catalogue, real_data, store_as
from PIL import Image

from deepgrade.data import (
    ChecksumError,
    DataError,
    DataSet,
    DataStore,
    fingerprint,
    load_catalogue,
    read_facts,
)
from deepgrade.data.catalogue import CatalogueEntry, PublishedFile
from deepgrade.data.synthetic_photos import class_index, generate_photos
from deepgrade.kernel.data_files import (
    DataSetNotAvailableError,
    file_finder,
    is_ours,
    link_files,
    remove_links,
    set_names,
)

PHOTOS_FINGERPRINT = "aa32705358192b3e7a01f1214100cab6ee9924a8495d608932ba72bd0f397e7a"
INDEX = "imagenet_class_index.json"
KERAS_MD5 = "c2c37ea517e94d9795004a39431a14cb"
WEIGHTS = "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
JPEG = b"\xff\xd8\xff\xe0 and so on"
MD5 = hashlib.md5(JPEG, usedforsecurity=False).hexdigest()


def data_folder(folder: Path) -> Path:
    """A data folder with a table and a set of photos."""
    store_as(folder / "data", "hitters", DataSet({}, files={"Hitters.csv": b"a\n1\n"}))
    photos = {"book_images/kitty.jpg": JPEG, INDEX: b"{}"}
    store_as(folder / "data", "photos", DataSet({}, files=photos, stands_for={INDEX: KERAS_MD5}))
    return folder / "data"


def get_file(folder: Path, **arguments: object) -> Path:
    """Call the stand-in for `keras.utils.get_file`."""
    return Path(file_finder(lambda: (folder, set_names(folder, None)))(**arguments))


def photo_store(tmp_path: Path) -> DataStore:
    """A store whose catalogue knows the class index, a photo, one without a sum, and weights."""
    files = (
        PublishedFile(name=INDEX, md5=hashlib.md5(b"{}", usedforsecurity=False).hexdigest()),
        PublishedFile(name="kitty.jpeg", path="book_images/kitty.jpg", md5=MD5, optional=True),
        PublishedFile(name="hawk.jpg", path="book_images/hawk.jpg", optional=True),
        PublishedFile(name="weights.h5", md5=MD5, optional=True),
    )
    entry = CatalogueEntry(
        title="small",
        kind="files",
        classes=2,
        licence="none",
        citation="none",
        homepage="the book",
        files=files,
    )
    return DataStore(tmp_path / "store", catalogue(photos=entry))


def test_a_file_that_no_set_has_is_not_available_and_those_that_are_stand_in_the_sentence(
    tmp_path: Path,
) -> None:
    folder = data_folder(tmp_path)
    with pytest.raises(
        DataSetNotAvailableError, match=r"no network.*comes with Hitters\.csv, kitty\.jpg, image"
    ):
        get_file(folder, origin=f"https://example.org/keras/{WEIGHTS}")
    with pytest.raises(FileNotFoundError, match="comes with no such files only"):
        get_file(tmp_path, origin="https://example.org/x.zip")
    with pytest.raises(FileNotFoundError, match="cannot be unpacked"):
        get_file(folder, fname="Hitters.csv", origin="x", extract=True)


@pytest.mark.parametrize(
    "arguments",
    [{"file_hash": "0" * 32}, {"md5_hash": "0" * 32}, {"file_hash": "0" * 64, "hash_algorithm": "sha256"}],
)
def test_another_hash_than_the_files_is_an_error_that_says_so(
    tmp_path: Path, arguments: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"'kitty\.jpg'.*is another one.*hash is not 0000"):
        get_file(data_folder(tmp_path), origin="https://example.org/kitty.jpg?raw=1", **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"), [({"fname": "x"}, "origin"), ({"origin": "http://a/"}, "fname")]
)
def test_a_call_without_an_address_or_a_name_fails_as_in_keras(
    tmp_path: Path, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        get_file(tmp_path, **arguments)


def test_names_that_exist_are_left_alone_and_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path,
) -> None:
    folder, work = data_folder(tmp_path), tmp_path / "work"
    work.mkdir()
    (work / "Hitters.csv").write_text("mine")
    (work / INDEX).symlink_to(tmp_path / "nowhere")
    made = link_files(folder, ["hitters", "photos", "no such set"], work)
    assert [link.name for link in made] == ["book_images"]
    assert (work / "Hitters.csv").read_text() == "mine"
    assert link_files(folder, ["hitters"], tmp_path / "missing") == []


def test_a_link_to_other_data_is_replaced_and_only_our_links_are_removed(tmp_path: Path) -> None:
    first, second, work = data_folder(tmp_path / "1"), data_folder(tmp_path / "2"), tmp_path / "work"
    work.mkdir()
    old = link_files(first, ["hitters"], work)
    assert link_files(first, ["hitters"], work) == []
    new = link_files(second, ["hitters"], work)
    assert new == old
    assert (work / "Hitters.csv").resolve() == second / "hitters" / "files" / "Hitters.csv"
    (work / "mine.csv").symlink_to(tmp_path / "nowhere")
    assert is_ours(work / "Hitters.csv")
    remove_links([*new, work / "mine.csv", work / "gone"])
    assert [path.name for path in work.iterdir()] == ["mine.csv"]


def test_a_file_is_found_by_name_and_a_made_up_one_stands_for_the_published(tmp_path: Path) -> None:
    folder = data_folder(tmp_path)
    kitty = folder / "photos" / "files" / "book_images" / "kitty.jpg"
    address = "https://example.org/photos/kitty.jpg"
    sha256 = hashlib.sha256(JPEG).hexdigest().upper()
    for arguments in (
        {},
        {"file_hash": MD5},
        {"md5_hash": MD5},
        {"file_hash": sha256},
        {"cache_subdir": "models"},
    ):
        assert get_file(folder, origin=address, **arguments) == kitty
    assert get_file(folder, fname=INDEX, origin=address, file_hash=KERAS_MD5).name == INDEX


def test_a_set_without_one_picture_or_with_another_file_is_refused(tmp_path: Path) -> None:
    store, source = photo_store(tmp_path), tmp_path / "source"
    source.mkdir()
    (source / INDEX).write_text("{}")
    with pytest.raises(DataError, match=r"at least one of its pictures \(kitty\.jpeg, hawk\.jpg\).*the book"):
        store.import_folder(source)
    (source / "hawk.jpg").write_text("<html>not found</html>")
    with pytest.raises(ChecksumError, match=r"book_images/hawk\.jpg has other content"):
        store.import_folder(source)
    (source / "hawk.jpg").write_bytes(JPEG)
    (source / "weights.h5").write_text("half")
    with pytest.raises(ChecksumError, match=r"weights\.h5 has other content"):
        store.import_folder(source)
    (source / INDEX).unlink()
    with pytest.raises(DataError, match=f"{INDEX} is missing"):
        store.import_folder(source)


def test_files_without_an_address_are_fetched_from_the_downloads_folder(tmp_path: Path) -> None:
    store = photo_store(tmp_path)
    with pytest.raises(DataError, match=f"into one folder with {INDEX}"):
        store.fetch("photos")
    folder = store.root / "downloads"
    folder.mkdir(parents=True)
    (folder / "hawk.jpg").write_bytes(JPEG)
    with pytest.raises(ChecksumError, match=f"{INDEX} is missing"):
        store.fetch("photos")
    (folder / INDEX).write_text("{}")
    full, _ = store.fetch("photos")
    assert sorted(full.facts.files) == ["book_images/hawk.jpg", INDEX]


def test_what_is_there_is_stored_and_its_facts_name_it(tmp_path: Path) -> None:
    store, source = photo_store(tmp_path), tmp_path / "source"
    source.mkdir()
    (source / INDEX).write_text("{}")
    (source / "kitty.jpeg").write_bytes(JPEG)
    before = os.umask(0o077)
    try:
        full, _ = store.import_folder(source)
    finally:
        os.umask(before)
    assert sorted(full.facts.files) == ["book_images/kitty.jpg", INDEX]
    assert full.facts.train_size == 1
    assert store.verify() == ()
    inside = list(full.path.rglob("*"))
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in inside)
    assert all(path.stat().st_mode & 0o011 == 0o011 for path in inside if path.is_dir())
    (full.path / "files" / INDEX).write_text("[]")
    assert "not those that were stored" in "\n".join(store.verify())


def test_photos_are_pictures_of_different_sizes_with_the_published_names() -> None:
    data = generate_photos("quick")
    assert fingerprint(data) == PHOTOS_FINGERPRINT
    names = {file.stored_path for file in load_catalogue()["photos"].files if file.name != WEIGHTS}
    assert set(data.files) == names
    pictures = [
        np.asarray(Image.open(io.BytesIO(content))) for name, content in data.files.items() if name != INDEX
    ]
    assert all(picture.ndim == 3 and picture.dtype == np.uint8 for picture in pictures)
    assert len({picture.shape for picture in pictures}) == 6
    assert all(picture.std() > 20 for picture in pictures)
    assert data.stands_for == {INDEX: KERAS_MD5}


def test_made_up_classes_have_the_layout_of_imagenets_and_none_of_its_identifiers() -> None:
    index = class_index()
    assert list(index) == [str(number) for number in range(1000)]
    assert len({identifier for identifier, _ in index.values()}) == 1000
    assert len({name for _, name in index.values()}) == 1000
    assert not any(identifier.startswith("n") for identifier, _ in index.values())
    assert json.loads(generate_photos("quick").files[INDEX]) == index


def test_files_survive_being_stored(tmp_path: Path) -> None:
    store = DataStore(tmp_path)
    stored = store.synthetic("photos", "quick")
    assert stored.facts == read_facts(stored.path)
    assert stored.facts.files[INDEX].stands_for == KERAS_MD5
    assert store.synthetic("photos", "quick") == stored
    assert store.verify() == ()


@pytest.mark.full
def test_the_published_photos_are_the_catalogues(tmp_path: Path) -> None:
    stored = {each.name: each for each in DataStore(tmp_path).import_folder(real_data() / "islp")}
    assert stored["photos"].facts.train_size >= 5
