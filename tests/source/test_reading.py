"""Reading: what a file may be, and one clear line for what it may not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nanlint.findings import Problem
from nanlint.text.lines import Lines
from nanlint.text.source import MAX_BYTES, SourceError, from_text, read


def problem_of(path: Path | str) -> Problem:
    with pytest.raises(SourceError) as caught:
        read(path)
    message = str(caught.value.problem)
    assert message.startswith(str(path))
    assert "\n" not in message
    return caught.value.problem


@pytest.mark.parametrize(
    ("content", "text", "encoding", "bom"),
    [
        pytest.param(b"x = 'caf\xc3\xa9'\n", "x = 'café'\n", "utf-8", False, id="utf-8 is the default"),
        pytest.param(b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8", True, id="byte order mark"),
        pytest.param(
            b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
            "# coding: utf-8\nx = 1\n",
            "utf-8",
            True,
            id="mark and cookie agree",
        ),
        pytest.param(
            b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n",
            "# -*- coding: latin-1 -*-\nx = 'café'\n",
            "iso-8859-1",
            False,
            id="cookie on line 1",
        ),
        pytest.param(
            b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'\n",
            "cp1252",
            False,
            id="cookie on line 2",
        ),
        pytest.param(b"a\r\nb\rc\n\fd", "a\r\nb\rc\n\fd", "utf-8", False, id="newlines stay as they are"),
        pytest.param(b"", "", "utf-8", False, id="empty"),
    ],
)
def test_decodes_as_python_does(tmp_path: Path, content: bytes, text: str, encoding: str, bom: bool) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(content)
    source = read(path)
    assert (source.text, source.encoding, source.bom) == (text, encoding, bom)
    assert source.encoded() == content


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(b"x = 1\ny = '\xff'\n", 2, "is not utf-8 (byte 0xff)", id="no cookie, no UTF-8"),
        pytest.param(b"a\rb\r\ny = '\xff'\n", 3, "is not utf-8", id="line counted over all newlines"),
        pytest.param(
            b"# coding: ascii\n\n\nx = '\xe9'\n", 4, "is not ascii (byte 0xe9)", id="not what its cookie says"
        ),
        pytest.param(b"# coding: klingon\nx = 1\n", 1, "unknown encoding: klingon", id="unknown codec"),
        pytest.param(b"# coding: hex\nx = 1\n", 1, "not a text encoding", id="a codec that is none for text"),
        pytest.param(b"\xef\xbb\xbf# coding: latin-1\n", 1, "encoding problem", id="mark and cookie disagree"),
        pytest.param(b"x = 1\ny = '\0'\n", 2, "holds NUL bytes", id="NUL"),
        pytest.param("x = 1\n".encode("utf-16"), 1, "holds NUL bytes", id="UTF-16"),
    ],
)
def test_undecodable_content_is_one_line(tmp_path: Path, content: bytes, line: int, reason: str) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(content)
    problem = problem_of(path)
    assert problem.line == line
    assert reason in problem.message


def test_missing_file(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "none.py").message == "cannot be read: No such file or directory"


def test_directory(tmp_path: Path) -> None:
    assert problem_of(tmp_path).message == "is a directory"


def test_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert problem_of(tmp_path / "pipe.py").message == "is no regular file"


def test_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to(tmp_path / "b.py")
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    assert "cannot be read: Too many levels of symbolic links" in problem_of(tmp_path / "a.py").message


def test_path_with_a_null_character() -> None:
    assert "embedded null" in problem_of("a\0b.py").message


def test_file_without_permission(own_folder: Path) -> None:
    path = own_folder / "a.py"
    path.write_text("x = 1\n")
    path.chmod(0o000)
    assert problem_of(path).message == "cannot be read: Permission denied"


def test_ten_megabytes_are_refused_with_size_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n" * (10_000_000 // 6))
    message = problem_of(path).message
    assert message == "is too large: 10.0 MB, the limit is 2 MB; split it or leave it out"


def test_a_text_has_the_same_limits() -> None:
    with pytest.raises(SourceError, match="is too large"):
        from_text("x" * (MAX_BYTES + 1), "big.py")
    with pytest.raises(SourceError, match=r"<string>:2: holds NUL bytes"):
        from_text("x\n\0")
    assert from_text("\ufeffx = 1").whole == "\ufeffx = 1"
    assert from_text("\ufeffx = 1").text == "x = 1"


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("x", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb\n", "\r\n"), ("a\rb", "\r")]
)
def test_newline_is_the_first(text: str, newline: str) -> None:
    assert from_text(text).newline == newline


def test_positions_count_code_points_and_break_lines_as_python_does() -> None:
    text = "a\r\né\u2028b\rc\n\fd\x0be\n"  # U+2028, form feed and vertical tab break no line
    lines = Lines(text)
    assert [lines.position(text.index(char)) for char in "aébcde"] == [(1, 1), (2, 1), (2, 3), (3, 1), (4, 2), (4, 4)]
    assert lines.position(len(text)) == (5, 1)
    assert all(lines.offset(*lines.position(offset)) == offset for offset in range(len(text) + 1))
