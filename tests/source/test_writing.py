"""Writing: the new text whole or the old file untouched."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from nanlint.text.source import SourceError, read, write


def refused(path: Path, text: str) -> str:
    """Why a write after a read is refused; the content stays, and nothing lies beside the file."""
    source, content, beside = read(path), path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(SourceError) as caught:
        write(source, text)
    assert path.read_bytes() == content
    assert sorted(path.parent.iterdir()) == beside
    return caught.value.problem.message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"x = 1\r\ny = 2\r\n", id="CRLF"),
        pytest.param(b"x = 1\ry = 2\r", id="CR"),
        pytest.param(b"x = 1\r\ny = 2\nz = 3", id="mixed newlines, none at the end"),
        pytest.param(b"\xef\xbb\xbfx = 1\n", id="byte order mark"),
        pytest.param(b"# coding: latin-1\nx = 1  # \xe9\n", id="latin-1"),
        pytest.param(b"\fx = 1\n\tif_ = 2\n", id="form feed and tab"),
    ],
)
def test_bytes_outside_an_edit_stay(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(content)
    source = read(path)
    write(source, source.text.replace("x = 1", "x = 10"))
    assert path.read_bytes() == content.replace(b"x = 1", b"x = 10")


def test_mode_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    path.chmod(0o755)
    write(read(path), "x = 2\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert os.access(path, os.X_OK)


def test_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.py", tmp_path / "b.py"
    target.write_text("x = 1\n")
    link.symlink_to(target)
    write(read(link), "x = 2\n")
    assert link.is_symlink()
    assert target.read_text() == "x = 2\n"
    assert sorted(tmp_path.iterdir()) == [link, tmp_path / "real"]


def test_file_changed_since_it_was_read_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    source = read(path)
    path.write_text("x = 3\n")
    with pytest.raises(SourceError, match="has changed on disk since it was read"):
        write(source, "x = 2\n")
    assert path.read_text() == "x = 3\n"


def test_file_removed_since_it_was_read_is_not_brought_back(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    source = read(path)
    path.unlink()
    with pytest.raises(SourceError, match="cannot be written: No such file"):
        write(source, "x = 2\n")
    assert list(tmp_path.iterdir()) == []


def test_character_that_the_encoding_lacks(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\nx = 1\n")
    assert refused(path, "# coding: latin-1\nx = '€'\n") == "cannot be written: iso-8859-1 has no '€'"


def test_encoding_that_does_not_come_back_as_it_was(tmp_path: Path) -> None:
    """UTF-7 may spell a letter in two ways."""
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: utf-7\nx = '+AGE-'\n")
    assert "cannot be written back as it was" in refused(path, "# coding: utf-7\nx = 'b'\n")


def test_directory_without_permission(own_folder: Path) -> None:
    folder = own_folder / "locked"
    folder.mkdir()
    path = folder / "a.py"
    path.write_text("x = 1\n")
    folder.chmod(0o555)
    assert refused(path, "x = 2\n") == "cannot be written: Permission denied"
    folder.chmod(0o755)


def test_disk_that_is_full_half_way(tmp_path: Path) -> None:
    """The largest file that the process may write stands for the space that is left."""
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        assert refused(path, "x = 1\n" * 100_000) == "cannot be written: File too large"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
