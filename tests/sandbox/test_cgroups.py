"""Control groups are found and used right on machines that are not this one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from deepgrade.sandbox import SandboxError, SandboxLimits
from deepgrade.sandbox.cgroup_places import find_control_groups
from deepgrade.sandbox.cgroups import ControlGroup, ControlGroups, remove_groups_of

LIMITS = SandboxLimits(wall_s=1, memory_mib=512, processes=64, disk_mib=16, cpus=1.5)


def _fake_version1(top: Path, own: dict[str, str]) -> tuple[str, str]:
    mounts = []
    for controller in ("memory", "pids", "cpu", "cpuacct"):
        (top / controller / own.get(controller, "").lstrip("/")).mkdir(parents=True, exist_ok=True)
        mounts.append(f"32 31 0:29 / {top}/{controller} rw,relatime - cgroup cgroup rw,{controller}")
    return "\n".join(mounts), "\n".join(f"1:{name}:{path}" for name, path in own.items())


def test_no_control_groups_says_so():
    groups, why = find_control_groups(mountinfo="22 1 0:5 / /proc rw - proc proc rw", membership="0::/")
    assert groups is None
    assert "memory and pids" in why


def test_version_1_groups_are_made_below_the_supervisors_own(tmp_path):
    own = {"memory": "/slurm/job7", "pids": "/", "cpu": "/x", "cpuacct": "/x"}
    groups, _ = find_control_groups(
        mountinfo=_fake_version1(tmp_path, own)[0], membership=_fake_version1(tmp_path, own)[1]
    )
    assert groups is not None
    assert groups.version == 1
    assert groups.parents["memory"] == tmp_path / "memory/slurm/job7"
    assert groups.parents["pids"] == tmp_path / "pids"


def test_container_that_sees_only_its_own_part_of_the_tree(tmp_path):
    for controller in ("memory", "pids"):
        (tmp_path / controller).mkdir()
    mountinfo = "\n".join(
        f"32 31 0:29 /docker/abc {tmp_path}/{c} rw - cgroup cgroup rw,{c}" for c in ("memory", "pids")
    )
    groups, _ = find_control_groups(
        mountinfo=mountinfo, membership="1:memory:/docker/abc\n2:pids:/docker/abc"
    )
    assert groups is not None
    assert groups.parents["memory"] == tmp_path / "memory"


def test_hybrid_machine_uses_version_1_where_its_controllers_are(tmp_path):
    mountinfo, membership = _fake_version1(tmp_path, {"memory": "/", "pids": "/"})
    (tmp_path / "unified").mkdir()
    mountinfo += f"\n41 31 0:38 / {tmp_path}/unified rw - cgroup2 cgroup2 rw"
    groups, _ = find_control_groups(mountinfo=mountinfo, membership=membership + "\n0::/")
    assert groups is not None
    assert groups.version == 1


def _version2(tmp_path: Path, handed_down: str) -> tuple[str, str]:
    own = tmp_path / "user.slice" / "run.scope"
    own.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "user.slice", own):
        (folder / "cgroup.controllers").write_text("cpu memory pids")
        (folder / "cgroup.subtree_control").write_text("")
    own.joinpath("cgroup.subtree_control").write_text(handed_down)
    return f"41 31 0:38 / {tmp_path} rw - cgroup2 cgroup2 rw", "0::/user.slice/run.scope"


def test_version_2_group_that_hands_down_its_controllers_is_used(tmp_path):
    mountinfo, membership = _version2(tmp_path, "cpu memory pids")
    groups, _ = find_control_groups(mountinfo=mountinfo, membership=membership)
    assert groups is not None
    assert groups.version == 2
    assert groups.parents == {"all": tmp_path / "user.slice/run.scope"}
    assert "memory, pids, cpu" in groups.description


def test_version_2_supervisor_already_in_its_leaf_uses_the_group_above(tmp_path):
    mountinfo, _ = _version2(tmp_path, "memory pids")
    (tmp_path / "user.slice/run.scope/deepgrade-supervisor").mkdir()
    groups, _ = find_control_groups(
        mountinfo=mountinfo, membership="0::/user.slice/run.scope/deepgrade-supervisor"
    )
    assert groups is not None
    assert groups.parents == {"all": tmp_path / "user.slice/run.scope"}


def test_version_2_limits_are_written_and_counts_are_read(tmp_path):
    for name in ("memory.max", "pids.max", "memory.swap.max", "memory.oom.group", "cpu.max"):
        (tmp_path / name).touch()
    group = ControlGroup(2, {"all": tmp_path})
    group.limit(LIMITS)
    assert (tmp_path / "memory.max").read_text() == str(512 << 20)
    assert (tmp_path / "pids.max").read_text() == "66"
    assert (tmp_path / "cpu.max").read_text() == "150000 100000"
    (tmp_path / "memory.events").write_text("low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\n")
    (tmp_path / "memory.peak").write_text(str(100 << 20))
    (tmp_path / "pids.events").write_text("max 7\n")
    (tmp_path / "pids.peak").write_text("12\n")
    (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    stats = group.stats()
    assert stats == (3, 100.0, 7, 10, 2.5)


def test_process_of_a_foreign_namespace_is_not_killed_as_zero(tmp_path):
    (tmp_path / "cgroup.procs").write_text("0\n")
    ControlGroup(2, {"all": tmp_path}).kill()  # would otherwise kill this very test


def test_limit_that_is_not_accepted_is_an_error_and_leaves_no_group(tmp_path):
    parent = tmp_path / "parent"
    parent.mkdir()
    groups = ControlGroups(2, {"all": parent}, frozenset({"memory", "pids"}))
    with pytest.raises(SandboxError, match=r"memory\.max"):
        groups.create("j1", LIMITS, note=tmp_path)
    assert list(parent.iterdir()) == []
    assert json.loads((tmp_path / "groups.json").read_text())[0] == 2


def test_note_that_is_no_note_removes_nothing(tmp_path):
    (tmp_path / "groups.json").write_text("not json")
    remove_groups_of(tmp_path)
    remove_groups_of(tmp_path / "absent")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs control groups that may be written")
def test_real_groups_are_made_limited_and_removed(tmp_path):
    groups, why = find_control_groups()
    if groups is None:
        pytest.skip(why)
    group = groups.create("jtest", LIMITS, note=tmp_path)
    try:
        assert all(folder.is_dir() for folder in group.folders.values())
        assert group.memory_kills() == 0
    finally:
        remove_groups_of(tmp_path)
    assert not any(folder.exists() for folder in group.folders.values())
