"""The default embedding: all-MiniLM-L6-v2 in 8 bits, run on the CPU in this process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from umi.errors import EmbeddingError
from umi_minilm import DIMENSIONS, MODEL_ID, TOKENS_MAX, model_path, tokenizer_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from umi_minilm.wordpiece import WordPiece

# The longest piece of the vocabulary has 18 characters, so 256 pieces parted by single spaces have at most 4,864. Text
# cut here loses none of its first 256 pieces unless they average over 30 characters (unknown words may) or it is mostly
# white space or controls. What is cut is the same every time, and no input costs more than 8,192 characters do.
CHARACTERS_MAX = TOKENS_MAX * 32
_READING = Lock()


class MiniLMEmbedder:
    """Embeds English text in 384 dimensions; blocks, and may be called from several threads.

    A text is always embedded alone: the model rounds its activations over the whole batch, so that a vector made in a
    batch would depend on its neighbours. Text past 256 pieces (about 190 English words) is not read.
    """

    def __init__(self, *, threads: int = 1) -> None:
        """Remember the options; the model loads at first use or in `warm`.

        One thread by default: on a busy machine two are slower than one, and a single short text never gains.
        """
        assert threads >= 1, threads
        self.threads = threads
        self._loading = Lock()
        self._loaded: _Model | None = None

    @property
    def model(self) -> str:
        return MODEL_ID

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def cosine_range(self) -> tuple[float, float]:
        """Unrelated texts lie near 0.1, a close paraphrase above 0.7 (measured)."""
        return 0.1, 0.7

    def warm(self) -> None:
        """Load the model now, so that the first text does not wait for it.

        Raises:
            EmbeddingError: the runtime or the model's files are missing or damaged.

        """
        self._model()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of unit length per text, in order: float32, [len(texts), 384].

        Any string will do. An empty one has a vector too; lone surrogates and control characters count for nothing.

        Raises:
            EmbeddingError: the model could not be loaded or run.

        """
        import numpy as np

        model = self._model()
        rows = np.empty((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = model.embed(text)
        return rows

    def _model(self) -> _Model:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self.threads)
            return self._loaded


class _Session(Protocol):
    """The part of onnxruntime.InferenceSession used here: onnxruntime has no types, so it is imported by name below."""

    def run(self, outputs: list[str], feed: dict[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    session: _Session
    tokenizer: WordPiece
    errors: tuple[type[Exception], ...]

    def embed(self, text: str) -> NDArray[np.float32]:
        import numpy as np

        pieces = self.tokenizer.encode(text[:CHARACTERS_MAX], pieces_max=TOKENS_MAX)
        tokens = np.array([pieces], np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        try:
            return self.session.run(["sentence_embedding"], feed)[0][0]
        except self.errors as error:
            raise EmbeddingError(f"The embedding model {MODEL_ID} failed: {error}") from error


def _load(threads: int) -> _Model:
    """Return the model, which stays in the process: who opens many memories one after another reads it once."""
    with _READING:  # a cache alone would let two read it at once
        return _read(threads, model_path(), tokenizer_path())


@cache
def _read(threads: int, model: Path, vocabulary: Path) -> _Model:
    try:
        from umi_minilm.wordpiece import WordPiece

        runtime = import_module("onnxruntime")
        tokenizer = WordPiece(vocabulary)
    except (ImportError, OSError, ValueError, KeyError) as error:
        raise _unloadable(error) from error
    errors = _runtime_errors()
    try:
        session = runtime.InferenceSession(model, _options(threads), providers=["CPUExecutionProvider"])
    except errors as error:
        raise _unloadable(error) from error
    return _Model(session=session, tokenizer=tokenizer, errors=errors)


def _options(threads: int) -> Any:
    """Small, quiet and quick to load: the file is already optimised, and memory is returned after each text."""
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return options


def _runtime_errors() -> tuple[type[Exception], ...]:
    """Return what onnxruntime raises: one class for each status, with nothing but Exception above them."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    return (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
        RuntimeError,
        MemoryError,
    )


def _unloadable(error: Exception) -> EmbeddingError:
    return EmbeddingError(
        f"The embedding model {MODEL_ID} cannot be loaded ({error}). Install umi-minilm and onnxruntime again."
    )
