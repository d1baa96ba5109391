"""Train the small head that says which slot a sentence tells of, and write packages/umi-minilm's slots.npz.

    python tools/train_slots.py                 # cross-validate, train on everything, write the file
    python tools/train_slots.py --no-write      # only the figures

The wordings stand in tools/slot_training/, one a line, with the names of pools for values; each is filled several
times, worded as Umi gives it to the model ("On 8 May 2026, Ada said: ...") and embedded with the built-in model. The
head is a softmax regression, one for statements and one for questions; its first class is "none". Folds are of
wordings, so that what is measured are sentences it has not seen in any filling. The same wordings give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from umi.providers.embedding.minilm import MiniLMEmbedder

HERE = Path(__file__).parent
WORDINGS = HERE / "slot_training"
TARGET = HERE.parent / "packages" / "umi-minilm" / "src" / "umi_minilm" / "slots.npz"
NONE = "none"
FOLDS = 5
FILLINGS = {"statements": 6, "questions": 5, NONE: 4}
PLAIN_SHARE = 0.25  # of statements that no named speaker makes
OPEN_SHARE = 0.3  # of sentences that end without a full stop
SMOOTHING = 0.05  # of the right answer, shared among the others
STEPS = 400
RATE = 0.05
DECAY = 2e-4
SCALE = 8.0  # unit vectors are short inputs: this makes the steps even
NONE_WEIGHT = 3.0
SEED = 20261121
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_HOLE = re.compile(r"\{(\w+)\}")
_MONTHS = "January February March April May June July August September October November December".split()

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A filled sentence, as the model is given it; `wording` numbers the line it was made from."""

    text: str
    slot: str
    wording: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Examples with their vectors."""

    vectors: Array
    labels: NDArray[np.int64]
    wordings: NDArray[np.int64]


def main() -> None:
    options = _options()
    names = (NONE, *(slot for slot, _ in _lines("statements")))
    names = tuple(dict.fromkeys(names))
    heads: dict[str, Array] = {}
    for kind in ("statements", "questions"):
        sample = _sample(kind, names, options.cache)
        print(f"{kind}: {len(set(sample.wordings.tolist()))} wordings, {len(sample.labels)} sentences")
        if not options.quick:
            _cross_validate(sample, names, kind)
        heads[kind] = _train(sample, len(names))
    if options.write:
        _write(names, heads)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-write", dest="write", action="store_false")
    parser.add_argument("--quick", action="store_true", help="without cross-validation")
    parser.add_argument("--cache", type=Path, metavar="FILE", help="keep vectors between runs in this .npz")
    return parser.parse_args()


def _sample(kind: str, names: Sequence[str], cache: Path | None) -> Sample:
    examples = list(_examples(kind))
    return Sample(
        vectors=_embedded([example.text for example in examples], cache),
        labels=np.array([names.index(example.slot) for example in examples]),
        wordings=np.array([example.wording for example in examples]),
    )


def _examples(kind: str) -> Iterator[Example]:
    pools = _pools()
    lines = list(_lines(kind)) + (list(_lines(NONE)) if kind == "statements" else [])
    for number, (slot, line) in enumerate(lines):
        # Each line draws from a chance of its own, so that adding one changes no other's fillings.
        chance = np.random.default_rng([SEED, *hashlib.sha256(f"{slot} {line}".encode()).digest()[:8]])
        count = FILLINGS[NONE if slot == NONE else kind]
        for text in dict.fromkeys(_filled(line, pools, chance) for _ in range(count)):
            spoken = text if kind == "questions" else _spoken(text, pools, chance)
            yield Example(text=spoken, slot=slot, wording=number)


def _filled(line: str, pools: Mapping[str, Sequence[str]], chance: np.random.Generator) -> str:
    text = _HOLE.sub(lambda hole: str(chance.choice(pools[hole[1]])), line)
    return text.rstrip(".") if chance.random() < OPEN_SHARE else text


def _spoken(text: str, pools: Mapping[str, Sequence[str]], chance: np.random.Generator) -> str:
    """Word a statement as umi.pipeline.remember.embed.spoken does."""
    speaker, month = chance.choice(pools["p"]), chance.choice(_MONTHS)
    day, year = chance.integers(1, 29), chance.integers(2022, 2028)
    return text if chance.random() < PLAIN_SHARE else f'On {day} {month} {year}, {speaker} said: "{text}"'


def _lines(kind: str) -> Iterator[tuple[str, str]]:
    slot = ""
    for line in (WORDINGS / f"{kind}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            slot = line.strip("[]")
        elif line:
            yield slot, line


def _pools() -> dict[str, list[str]]:
    lines = (WORDINGS / "pools.txt").read_text(encoding="utf-8").splitlines()
    return {name: values.strip().split(", ") for name, _, values in (line.partition(":") for line in lines)}


def _embedded(texts: Sequence[str], cache: Path | None) -> Array:
    known: dict[str, Array] = {}
    if cache is not None and cache.exists():
        with np.load(cache) as kept:
            known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    model = MiniLMEmbedder()
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    for text in fresh:
        known[text] = model.embed([text])[0]
    if cache is not None and fresh:
        np.savez(cache, texts=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[text] for text in texts], np.float32)


def _train(sample: Sample, classes: int) -> Array:
    """Return the weights, [classes, dimensions + 1], of a softmax regression; the last column is the bias (Adam)."""
    inputs = _inputs(sample.vectors)
    targets = np.full((len(inputs), classes), SMOOTHING / classes, np.float32)
    targets[np.arange(len(inputs)), sample.labels] += 1 - SMOOTHING
    shares = _importance(sample.labels, classes)[:, None]
    weights = np.zeros((classes, inputs.shape[1]), np.float32)
    speed, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        wrong = (_softmax(inputs @ weights.T) - targets) * shares
        slope = wrong.T @ inputs + DECAY * weights
        speed = 0.9 * speed + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        rate = RATE * (1 - step / (STEPS + 1))
        weights -= rate * (speed / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    weights[:, :-1] *= SCALE
    return weights


def _importance(labels: NDArray[np.int64], classes: int) -> Array:
    """Weigh each slot alike, by the root of its count, and "none" more: it stands for all else that is said."""
    counts = np.bincount(labels, minlength=classes).astype(np.float32)
    each = 1 / np.sqrt(np.maximum(counts, 1))
    each[0] *= NONE_WEIGHT
    shares = each[labels]
    return (shares / shares.sum()).astype(np.float32)


def _inputs(vectors: Array) -> Array:
    return np.hstack([SCALE * vectors, np.ones((len(vectors), 1), np.float32)])


def _softmax(values: Array) -> Array:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _chances(weights: Array, vectors: Array) -> Array:
    return _softmax(vectors @ weights[:, :-1].T + weights[:, -1])


def _cross_validate(sample: Sample, names: Sequence[str], kind: str) -> None:
    """Print how well sentences of unseen wordings are read."""
    folds = np.random.default_rng(SEED).permutation(sample.wordings.max() + 1)[sample.wordings] % FOLDS
    found = np.zeros((len(sample.labels), len(names)), np.float32)
    for fold in range(FOLDS):
        held = folds == fold
        taught = Sample(vectors=sample.vectors[~held], labels=sample.labels[~held], wordings=sample.wordings[~held])
        found[held] = _chances(_train(taught, len(names)), sample.vectors[held])
    best, sure = found.argmax(axis=1), found.max(axis=1)
    told = sample.labels > 0
    print(f"  held-out wordings, {kind}: {_share(best == sample.labels)} right; of those with a slot "
          f"{_share((best == sample.labels)[told])}; of those without {_share((best == 0)[~told])}")  # fmt: skip
    for least in THRESHOLDS:
        said = (best > 0) & (sure >= least)
        right = said & (best == sample.labels)
        print(
            f"  at {least}: found {_share(right[told])}, of what is said right {_share(right[said])}, "
            f"said of none {_share(said[~told])}"
        )
    for line in _confused(sample.labels, best, names):
        print(line)


def _confused(labels: NDArray[np.int64], best: NDArray[np.int64], names: Sequence[str]) -> Iterable[str]:
    for number, name in enumerate(names):
        mine = labels == number
        if not mine.any():
            continue
        wrong = np.bincount(best[mine & (best != number)], minlength=len(names))
        worst = ", ".join(f"{names[other]} {wrong[other]}" for other in np.argsort(-wrong)[:3] if wrong[other])
        yield f"    {name}: {_share((best == number)[mine])} of {mine.sum()}; taken for {worst or 'no other'}"


def _share(hits: NDArray[np.bool_]) -> str:
    return f"{100 * float(hits.mean()) if hits.size else 0.0:.1f}%"


def _write(names: Sequence[str], heads: Mapping[str, Array]) -> None:
    np.savez(TARGET, slots=np.array(names), **{kind: weights.astype(np.float16) for kind, weights in heads.items()})
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
