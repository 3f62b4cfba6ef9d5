"""The digest of a model's weights, from a stranger's file."""

import pytest

from deepgrade.board.flags.weights import digest_of, weights_digest
from support.made_runs import make_lab, make_record, write_run


def safetensors(header: bytes, body: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header + body


GOOD = b'{"w000":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w001":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'


def test_weights_are_compared_by_their_numbers_alone():
    body = bytes(range(8))
    digest = digest_of(safetensors(GOOD, body))
    assert digest is not None
    assert digest_of(safetensors(b'{"__metadata__":{"a":"b"},' + GOOD[1:] + b"   ", body)) == digest
    assert digest_of(safetensors(GOOD.replace(b"4,8", b"4,7"), body)) != digest
    assert digest_of(safetensors(GOOD, body[::-1])) != digest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        (1 << 62).to_bytes(8, "little") + GOOD,
        safetensors(b"[]", b""),
        safetensors(b"{}", b""),
        safetensors(b"{", b""),
        safetensors(b'{"w000":1}', b""),
        safetensors(b'{"w000":{"data_offsets":[0,9]}}', bytes(8)),
        safetensors(b'{"w000":{"data_offsets":[4,0]}}', bytes(8)),
        safetensors(b'{"w000":{"data_offsets":[0,8]},"w001":{"data_offsets":[4,8]}}', bytes(8)),
        safetensors(b'{"w000":{"data_offsets":[0,4]},"w000":{"data_offsets":[4,8]}}', bytes(8)),
    ],
)
def test_what_is_no_weights_file_has_no_digest(data):
    assert digest_of(data) is None


def test_weights_are_found_in_a_run_folder_and_links_are_not_followed(tmp_path):
    files = make_lab(tmp_path / "root")
    folder, name = tmp_path / "run", f"{'a' * 64}.safetensors"
    items = {"a2": {"network": {"kind": "model", "class": "Sequential", "weights": name}}}
    record = make_record(files)
    write_run(folder, record, items, None)
    path = folder / "evidence" / name
    assert weights_digest(folder, record, "a2", "network") is None
    path.write_bytes(safetensors(GOOD, bytes(8)))
    assert weights_digest(folder, record, "a2", "network") == digest_of(path.read_bytes())
    assert weights_digest(folder, record, "a2", "other") is None
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert weights_digest(folder, record, "a2", "network") is None
