"""What the embeddings protocol answers, as far as it is read. Unknown fields are passed over."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Embedding(BaseModel):
    index: int = Field(ge=0)
    embedding: list[float] | str


class Embeddings(BaseModel):
    data: list[Embedding]
