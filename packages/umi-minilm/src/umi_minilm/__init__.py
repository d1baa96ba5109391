"""The embedding model Umi uses by default: an 8-bit ONNX file, its vocabulary and its tokeniser.

Nothing here reads the model or needs a dependency; running it takes onnxruntime. The graph takes `input_ids` and
`attention_mask` (int64, [batch, tokens]) and gives `sentence_embedding` (float32, [batch, 384], unit length). Its
activations are rounded over the whole batch, so a text's vector is reproducible only when it is embedded alone.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "DIMENSIONS",
    "MODEL_ID",
    "TOKENS_MAX",
    "DamagedFileError",
    "checksums",
    "model_path",
    "tokenizer_path",
    "verify",
]

MODEL_ID = "all-MiniLM-L6-v2-int8-1"  # the last number rises with every build that changes a vector
DIMENSIONS = 384
TOKENS_MAX = 256  # the two control pieces included; the limit the model was released with

_DATA = Path(__file__).parent / "data"


class DamagedFileError(Exception):
    """A file of the model is not the one that was released. Install umi-minilm again."""


def model_path() -> Path:
    """Return the ONNX file."""
    return _DATA / "model.onnx"


def tokenizer_path() -> Path:
    """Return the vocabulary, one piece a line, as `umi_minilm.wordpiece.WordPiece` takes it."""
    return _DATA / "vocab.txt"


def checksums() -> dict[str, str]:
    """Return the SHA-256 each file was released with, in hexadecimal, by file name."""
    lines = (_DATA / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def verify() -> tuple[Path, ...]:
    """Read every file and return them all, when each is as it was released.

    Raises:
        DamagedFileError: a file is missing or differs.

    """
    return tuple(_verified(_DATA / name, digest) for name, digest in checksums().items())


def _verified(path: Path, expected: str) -> Path:
    import hashlib  # only to verify: it loads OpenSSL

    if not path.is_file():
        raise DamagedFileError(f"{path.name} is missing. Install umi-minilm again.")
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != expected:
        raise DamagedFileError(f"{path.name} is not as released. Install umi-minilm again.")
    return path
