"""The default embedding: same text, same vector; near meanings near; no input too odd."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import umi_minilm
from umi.errors import EmbeddingError
from umi.providers.embedding import minilm
from umi.providers.embedding.minilm import CHARACTERS_MAX, MiniLMEmbedder

if TYPE_CHECKING:
    from pathlib import Path

ODD = {
    "empty": "",
    "white space": " \t\r\n\u00a0\u2028",
    "one NUL": "\x00",
    "NULs inside": "the \x00cat\x00 sat",
    "lone surrogates": "\ud800 high, \udfff low",
    "emoji": "👩‍👩‍👧 🇯🇵 ❤️ 🏽",
    "CJK": "私は東京に住んでいます。我住在北京。저는 서울에 살아요.",
    "one endless word": "x" * 1_000_000,
    "a million words": "word " * 1_000_000,
    "control pieces": "[CLS] [SEP] [PAD] [MASK]",
    "marks only": "\u0301" * 300,
}


@pytest.fixture(scope="module")
def embedder() -> MiniLMEmbedder:
    return MiniLMEmbedder()


def one(embedder: MiniLMEmbedder, text: str) -> bytes:
    return embedder.embed([text])[0].tobytes()


def test_it_says_what_it_is(embedder: MiniLMEmbedder) -> None:
    assert embedder.model == "all-MiniLM-L6-v2-int8-1"
    assert embedder.dimensions == 384


def test_one_thread_is_the_default(embedder: MiniLMEmbedder) -> None:
    session: Any = embedder._model().session
    options = session.get_session_options()
    assert (embedder.threads, options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1, 1)


def test_two_threads_give_the_same_vector_as_one(embedder: MiniLMEmbedder) -> None:
    text = "Threads share the work, not the meaning."
    assert one(MiniLMEmbedder(threads=2), text) == one(embedder, text)


def test_rows_are_float32_of_unit_length_in_the_order_of_the_texts(embedder: MiniLMEmbedder) -> None:
    texts = ["Ana lives in Porto.", "", "The invoice is due on Friday."]
    rows = embedder.embed(texts)
    assert rows.shape == (3, 384)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert [row.tobytes() for row in rows] == [one(embedder, text) for text in texts]


def test_no_texts_give_no_rows(embedder: MiniLMEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it(embedder: MiniLMEmbedder) -> None:
    text = "My sister is allergic to peanuts."
    alone = one(embedder, text)
    beside = embedder.embed(["word " * 300, text, "!", text])
    assert beside[1].tobytes() == alone
    assert beside[3].tobytes() == alone


def test_a_second_embedder_gives_the_same_vector(embedder: MiniLMEmbedder) -> None:
    text = "We moved to Lisbon in 2019."
    assert one(MiniLMEmbedder(), text) == one(embedder, text)


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("Where does Ana live?", "Ana has a flat in Porto.", "The train was late again today."),
        ("what food should he avoid", "He is allergic to peanuts.", "He plays the cello on Sundays."),
        ("pet", "Their cat is called Miso.", "The quarterly report is due on Friday."),
        ("How do I undo the last commit?", "git reset moves the branch back by one.", "Bread needs yeast."),
        ("She got a new job", "Maria was hired by a bank in May.", "Maria likes strawberry ice cream."),
    ],
)
def test_near_meanings_are_nearer_than_far_ones(embedder: MiniLMEmbedder, query: str, near: str, far: str) -> None:
    asked, nearer, farther = embedder.embed([query, near, far])
    assert asked @ nearer > asked @ farther + 0.1


@pytest.mark.parametrize(
    ("one", "other", "cosine"),
    [
        ("Where does Ana live?", "Ana has a flat in Porto.", 0.627),
        ("pet", "Their cat is called Miso.", 0.373),
        ("He is allergic to peanuts.", "He cannot eat nuts.", 0.644),
        ("The train was late again.", "Bread needs yeast.", 0.210),
        ("This is an example sentence", "Each sentence is converted", 0.405),
    ],
)
def test_texts_are_as_alike_as_the_unrounded_model_finds_them(
    embedder: MiniLMEmbedder, one: str, other: str, cosine: float
) -> None:
    first, second = embedder.embed([one, other])
    assert float(first @ second) == pytest.approx(cosine, abs=0.03)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_has_a_unit_vector_too(embedder: MiniLMEmbedder, text: str) -> None:
    row = embedder.embed([text])[0]
    assert np.isfinite(row).all()
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)


def test_lone_surrogates_and_nuls_count_for_nothing(embedder: MiniLMEmbedder) -> None:
    assert one(embedder, "the\ud83d cat\x00") == one(embedder, "the cat")


def test_text_past_the_last_piece_is_not_read(embedder: MiniLMEmbedder) -> None:
    first = "word " * (umi_minilm.TOKENS_MAX - 2)
    assert one(embedder, first + "and a secret") == one(embedder, first)
    assert one(embedder, first[5:] + "and a secret") != one(embedder, first)


def test_the_character_cut_takes_no_piece_of_ordinary_text() -> None:
    """The longest pieces there are, each a word: even they reach the last piece before the cut."""
    pieces = umi_minilm.tokenizer_path().read_text(encoding="utf-8").split("\n")
    assert (max(map(len, pieces)) + 1) * umi_minilm.TOKENS_MAX <= CHARACTERS_MAX


def test_many_threads_load_one_model_and_get_the_same_vector(
    embedder: MiniLMEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[int] = []
    load = minilm._load

    def counted(threads: int) -> minilm._Model:
        loads.append(threads)
        return load(threads)

    monkeypatch.setattr(minilm, "_load", counted)
    shared = MiniLMEmbedder()
    text = "Everyone asks at once."
    with ThreadPoolExecutor(8) as pool:
        vectors = {vector.result() for vector in [pool.submit(one, shared, text) for _ in range(64)]}
    assert loads == [1]
    assert vectors == {one(embedder, text)}


def test_warming_loads_the_model_once() -> None:
    embedder = MiniLMEmbedder()
    assert embedder._loaded is None
    embedder.warm()
    loaded = embedder._loaded
    embedder.warm()
    assert loaded is not None
    assert embedder._loaded is loaded


def test_the_model_is_read_once_in_a_process() -> None:
    one_of_two, other = MiniLMEmbedder(), MiniLMEmbedder()
    one_of_two.warm()
    other.warm()
    assert other._loaded is one_of_two._loaded


@pytest.mark.parametrize("content", [None, b"", b"not a model", b"\x08\x08" * 1000])
def test_a_damaged_model_is_an_embedding_error(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(minilm, "model_path", lambda: path)
    with pytest.raises(EmbeddingError, match="all-MiniLM-L6-v2-int8-1 cannot be loaded"):
        MiniLMEmbedder().warm()


def test_a_truncated_model_is_an_embedding_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(umi_minilm.model_path().read_bytes()[:-1_000])
    monkeypatch.setattr(minilm, "model_path", lambda: path)
    with pytest.raises(EmbeddingError):
        MiniLMEmbedder().warm()


@pytest.mark.parametrize("content", [None, b"", b"only\none\n", b"\xff\xfe"])
def test_a_damaged_vocabulary_is_an_embedding_error(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vocab.txt"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(minilm, "tokenizer_path", lambda: path)
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        MiniLMEmbedder().warm()


def test_a_failure_to_load_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = MiniLMEmbedder()
    with monkeypatch.context() as patch:
        patch.setattr(minilm, "model_path", lambda: tmp_path / "absent")
        with pytest.raises(EmbeddingError):
            embedder.warm()
    embedder.warm()


def test_importing_the_module_loads_neither_numpy_nor_the_runtime() -> None:
    code = (
        "import sys, umi.providers.embedding.minilm;"
        "print([m for m in ('numpy', 'onnxruntime', 'umi_minilm.wordpiece') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "[]"
