"""Which index this machine can trust: the quantised one if it passes a self-test, else the exact one."""

from __future__ import annotations

import logging
import platform
from functools import cache
from importlib import import_module

import numpy as np

from umi.ports.vector_index import IndexKind
from umi.vectors.exact import ExactIndex

_log = logging.getLogger("umi.vectors")
_TEST_ROWS, _TEST_DIMENSIONS, _TEST_QUERIES, _TEST_FOUND_MIN = 200, 64, 20, 18


EXACT = IndexKind(name="exact", make=ExactIndex, load=ExactIndex.load)


def index_kind(dimensions: int) -> IndexKind:
    """Return the best kind of index for vectors of this many dimensions."""
    if dimensions % 8 or not _quantised_works():
        return EXACT
    from umi.vectors.quantised import QuantisedIndex

    return IndexKind(name="quantised", make=QuantisedIndex, load=QuantisedIndex.load)


@cache
def _quantised_works() -> bool:
    """Search 200 known rows. Wrong answers on processors without AVX2 have been seen, and illegal instructions."""
    if platform.machine() in ("x86_64", "AMD64") and not _has_avx2():
        return False
    try:
        from umi.vectors.quantised import QuantisedIndex
    except ImportError:
        return False
    source = np.random.default_rng(1)
    rows = source.standard_normal((_TEST_ROWS, _TEST_DIMENSIONS), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = QuantisedIndex(_TEST_DIMENSIONS)
    index.add(np.arange(_TEST_ROWS, dtype=np.uint64), rows)
    found = sum(int(index.search(rows[place], 5)[0]) == place for place in range(_TEST_QUERIES))
    if found < _TEST_FOUND_MIN:
        _log.warning("the quantised vector index fails its self-test here; using the exact one")
        return False
    return True


def _has_avx2() -> bool:
    try:
        native = import_module("numpy._core._multiarray_umath")
    except ImportError:
        return False
    features: dict[str, bool] = getattr(native, "__cpu_features__", {})
    return features.get("AVX2", False)
