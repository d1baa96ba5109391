"""The model's package: its files, their checksums, its licences, and the wheel that carries them."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import umi_minilm
from umi_minilm.wordpiece import WordPiece

PACKAGE = Path(__file__).parents[2] / "packages" / "umi-minilm"


@pytest.fixture(scope="module")
def tokenizer() -> WordPiece:
    return WordPiece(umi_minilm.tokenizer_path())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    hatchling = pytest.importorskip("hatchling", reason="the wheel is built with hatchling")
    assert hatchling
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PACKAGE, check=True, capture_output=True, timeout=60)
    return next(folder.glob("*.whl"))


def spell(tokenizer: WordPiece, text: str) -> str:
    pieces = umi_minilm.tokenizer_path().read_text(encoding="utf-8").split("\n")
    return " ".join(pieces[number] for number in tokenizer.encode(text, pieces_max=64)[1:-1])


def copy_of_the_data(folder: Path) -> Path:
    for name in [*umi_minilm.checksums(), "SHA256SUMS"]:
        (folder / name).write_bytes((umi_minilm.model_path().parent / name).read_bytes())
    return folder


def test_every_file_is_as_released() -> None:
    assert umi_minilm.verify() == (umi_minilm.model_path(), umi_minilm.tokenizer_path())


def test_a_changed_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(umi_minilm, "_DATA", copy_of_the_data(tmp_path))
    with umi_minilm.model_path().open("r+b") as model:
        model.seek(1_000_000)
        model.write(b"\x00\xff\x00\xff")
    with pytest.raises(umi_minilm.DamagedFileError, match=r"model\.onnx is not as released"):
        umi_minilm.verify()


def test_a_missing_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(umi_minilm, "_DATA", copy_of_the_data(tmp_path))
    umi_minilm.tokenizer_path().unlink()
    with pytest.raises(umi_minilm.DamagedFileError, match=r"vocab\.txt is missing"):
        umi_minilm.verify()


def test_the_model_id_goes_with_one_file() -> None:
    """A build that changes the file must change the name stores remember."""
    released = {
        "all-MiniLM-L6-v2-int8-1": "522ea8e2ccf9c594c994aef1a6a958e9bd42d2796dd835eb9cecaae344ea7e32",
    }
    digest = hashlib.sha256(umi_minilm.model_path().read_bytes()).hexdigest()
    assert released[umi_minilm.MODEL_ID] == digest


def test_the_licences_are_there() -> None:
    licence = (PACKAGE / "MODEL_LICENSE").read_text(encoding="utf-8")
    notice = (PACKAGE / "NOTICE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert (PACKAGE / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    for name in ("sentence-transformers/all-MiniLM-L6-v2", "nreimers/MiniLM-L6-H384-uncased", "Microsoft"):
        assert name in notice


def test_the_wheel_carries_the_model_and_its_licences_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        names = {name.replace("umi_minilm-0.1.0.dist-info", "info") for name in files.namelist()}
    assert names == {
        "umi_minilm/__init__.py",
        "umi_minilm/py.typed",
        "umi_minilm/slot_head.py",
        "umi_minilm/slots.npz",
        "umi_minilm/wordpiece.py",
        "umi_minilm/data/SHA256SUMS",
        "umi_minilm/data/model.onnx",
        "umi_minilm/data/vocab.txt",
        "info/METADATA",
        "info/RECORD",
        "info/WHEEL",
        "info/licenses/LICENSE",
        "info/licenses/MODEL_LICENSE",
        "info/licenses/NOTICE",
    }


def test_the_wheel_names_both_licences_and_needs_nothing(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        metadata = files.read("umi_minilm-0.1.0.dist-info/METADATA").decode()
    assert "License-Expression: MIT AND Apache-2.0" in metadata
    assert "Requires-Dist" not in metadata


def test_importing_the_package_needs_the_standard_library_only() -> None:
    code = (
        "import sys, umi_minilm, umi_minilm.wordpiece;"
        "print([m for m in ('numpy', 'onnxruntime', 'tokenizers') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello, World!", "hello , world !"),
        ("unaffable embeddings", "una ##ffa ##ble em ##bed ##ding ##s"),
        ("Café NAÏVE Ångström", "cafe naive ang ##strom"),
        ("cafe\u0301 u\u0308ber", "cafe uber"),
        ("東京 tower", "東 京 tower"),
        ("m\x00e\u200bmo\ud800ry\ufffd", "memory"),
        ("a\u00a0b\u2003c\td", "a b c d"),
        ("x<=y $5 `z`", "x < = y $ 5 ` z `"),
        ("snow ☃ 🦩", "snow [UNK] [UNK]"),
        ("a" * 101, "[UNK]"),
        ("\u03a3\u0391\u03a3", "\u03c3 ##\u03b1 ##\u03c3"),  # no final sigma
        ("[SEP]", "[ sep ]"),
        ("", ""),
        (" \t\n ", ""),
    ],
)
def test_text_is_split_as_the_model_was_taught(tokenizer: WordPiece, text: str, pieces: str) -> None:
    assert spell(tokenizer, text) == pieces


def test_pieces_are_cut_with_both_control_pieces_kept(tokenizer: WordPiece) -> None:
    numbers = tokenizer.encode("embeddings " * 9, pieces_max=10)
    assert len(numbers) == 10
    assert numbers[0] == 101
    assert numbers[-1] == 102


def test_text_of_every_character_does_not_fill_the_memory(tokenizer: WordPiece) -> None:
    tokenizer.encode("".join(map(chr, range(0x10000))), pieces_max=1 << 20)
    assert len(tokenizer._characters) <= 8_192
