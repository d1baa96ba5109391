"""The models whose vectors a store holds, and the one that it was built with."""

from __future__ import annotations

from umi.errors import ModelMismatchError
from umi.stores.relational.database import Database
from umi.stores.relational.writing import REINDEX


def register(db: Database, name: str, dimensions: int) -> int:
    """Return the model's number, noting a new model; a store without vectors is built with whatever comes first.

    Raises:
        ModelMismatchError: the store knows the model with other dimensions.

    """
    row = db.row("model_get", (name,))
    if row is None or db.value("is_unembedded"):
        row = _noted(db, name, dimensions)
    number, known = row
    if known != dimensions:
        raise ModelMismatchError(
            f"The store's vectors of {name} have {known} dimensions; this embedder's have {dimensions}."
        )
    return int(number)


def _noted(db: Database, name: str, dimensions: int) -> tuple[int, int]:
    with db.transaction():
        row = db.row("model_get", (name,)) or db.row("model_add", (name, dimensions))
        assert row is not None
        if db.value("is_unembedded"):
            db.run("meta_put", ("model", name))
        else:
            db.run("job_start", (REINDEX, db.value("embeddings_count")))
    number, known = row
    return number, known
