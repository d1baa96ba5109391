"""Which files are there after a power loss."""

from __future__ import annotations

from pathlib import Path

from umi.dst import DeterministicRng
from umi.dst.disk import Loss
from umi.dst.disk.volume import Volume


def never(_: str) -> bool:
    return False


def volume(folder: Path) -> Volume:
    return Volume(folder, never)


def made(here: Volume, name: str, data: bytes = b"new") -> Path:
    """Write a file as a program does through the simulated disk."""
    path = here.folder / name
    here.look(path)
    path.write_bytes(data)
    here.content(path).write(0, data)
    return path


def deleted(here: Volume, path: Path) -> None:
    path.unlink()
    here.remove(path)


def lose(here: Volume, seed: int = 1) -> None:
    here.lose(lambda _: Loss.KEPT, DeterministicRng(seed))


def outcomes(folder: Path, *, sync: bool, delete: bool) -> set[bytes | None]:
    """Lose the power of many disks; return what was left of a file that was new, or else deleted."""
    found = set[bytes | None]()
    for seed in range(40):
        place = folder / str(seed)
        place.mkdir()
        here = volume(place)
        path = made(here, "log")
        if delete:
            here.sync_names(place)
            deleted(here, path)
        if sync:
            here.sync_names(place)
        lose(here, seed)
        found.add(path.read_bytes() if path.exists() else None)
    return found


def test_a_new_name_may_be_lost_until_its_folder_is_synchronised(tmp_path: Path):
    assert outcomes(tmp_path, sync=False, delete=False) == {b"new", None}


def test_a_new_name_is_safe_once_its_folder_is_synchronised(tmp_path: Path):
    assert outcomes(tmp_path, sync=True, delete=False) == {b"new"}


def test_a_deleted_file_may_come_back_until_its_folder_is_synchronised(tmp_path: Path):
    assert outcomes(tmp_path, sync=False, delete=True) == {b"new", None}


def test_a_deleted_file_stays_away_once_its_folder_is_synchronised(tmp_path: Path):
    assert outcomes(tmp_path, sync=True, delete=True) == {None}


def test_another_folder_that_is_synchronised_makes_no_name_safe(tmp_path: Path):
    lost = 0
    for seed in range(20):
        place = tmp_path / str(seed)
        place.mkdir()
        here = volume(place)
        path = made(here, "log")
        here.sync_names(tmp_path)
        lose(here, seed)
        lost += not path.exists()

    assert 0 < lost < 20


def test_what_was_put_there_by_other_means_is_safe(tmp_path: Path):
    here = volume(tmp_path)
    path = tmp_path / "old"
    path.write_bytes(b"before")
    here.look(path)
    here.content(path).write(0, b"unsafe")
    here.lose(lambda _: Loss.LOST, DeterministicRng(1))

    assert path.read_bytes() == b"before"


def test_what_was_moved_away_by_other_means_is_left_alone(tmp_path: Path):
    here = volume(tmp_path)
    path = made(here, "draft")
    path.rename(tmp_path / "copy")
    lose(here)

    assert [file.name for file in tmp_path.iterdir()] == ["copy"]


def test_who_has_a_file_open_is_alone_with_it_after_a_power_loss(tmp_path: Path):
    here = volume(tmp_path)
    path = made(here, "log")
    here.sync_names(tmp_path)
    with path.open("r+b") as dead:
        lose(here)
        dead.write(b"late")

    assert path.read_bytes() == b"new"


def test_derived_files_may_be_left_in_any_state_and_others_are_left_alone(tmp_path: Path):
    found = set[bytes | None]()
    for seed in range(60):
        place = tmp_path / str(seed)
        place.mkdir()
        (place / "index").write_bytes(b"derived")
        (place / "keys").write_bytes(b"truth")
        here = Volume(place, lambda name: name == "index")
        lose(here, seed)
        found.add((place / "index").read_bytes() if (place / "index").exists() else None)

        assert (place / "keys").read_bytes() == b"truth"

    assert {None, b"derived"} < found
    assert any(data is not None and len(data) < 7 for data in found)
    assert any(data is not None and len(data) == 7 and data != b"derived" for data in found)
