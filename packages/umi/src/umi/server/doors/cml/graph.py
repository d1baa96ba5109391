"""What is stated, as a graph: subjects and values are nodes, and each statement that holds now is an edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from umi.domain.fact import SELF
from umi.server.doors.cml import facts
from umi.server.doors.cml.facts import Stated
from umi.server.doors.cml.wire.dashboard import Edge, Graph, Node

if TYPE_CHECKING:
    from umi.server.doors.cml.places import Reach

OVERVIEW_DEPTH: Final = 2
_SUBJECT, _SELF, _VALUE = "subject", "self", "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The whole graph: nodes by their keys, with their names and kinds, and edges between keys."""

    names: Mapping[str, str]
    kinds: Mapping[str, str]
    edges: Sequence[tuple[str, str, Stated]]

    @property
    def degrees(self) -> Counter[str]:
        return Counter(end for source, target, _ in self.edges for end in (source, target))

    def key_of(self, name: str) -> str | None:
        """Return the key of the node that has a name, without regard to case."""
        return name.casefold() if name.casefold() in self.names else None


async def whole(reach: Reach) -> Picture:
    """Return everything that is stated and holds now."""
    names: dict[str, str] = {}
    kinds: dict[str, str] = {}
    edges: list[tuple[str, str, Stated]] = []
    for one in await facts.all_of(reach):
        fact = one.statement.fact
        source, target = fact.subject.casefold(), fact.value.casefold()
        names.setdefault(source, fact.subject)
        kinds[source] = _SELF if fact.subject == SELF else _SUBJECT
        names.setdefault(target, fact.value)
        kinds.setdefault(target, _VALUE)
        edges.append((source, target, one))
    return Picture(names=names, kinds=kinds, edges=edges)


async def around(reach: Reach, name: str | None, *, depth: int = OVERVIEW_DEPTH) -> Graph:
    """Return what lies within some steps of a node, by its name; without a name, of the one with most edges."""
    picture = await whole(reach)
    degrees = picture.degrees
    center = picture.key_of(name) if name is not None else next((key for key, _ in degrees.most_common(1)), None)
    if center is None:
        return Graph(nodes=[], edges=[], center_entity=name)
    near = {center}
    for _ in range(depth):
        near |= {end for source, target, _ in picture.edges if {source, target} & near for end in (source, target)}
    return Graph(
        nodes=[_node(picture, key, degrees[key]) for key in picture.names if key in near],
        edges=[_edge(*edge) for edge in picture.edges if {edge[0], edge[1]} <= near],
        center_entity=picture.names[center],
    )


async def named(reach: Reach, part: str, limit: int) -> Sequence[tuple[str, str]]:
    """Return the names that hold a part, without regard to case, and their kinds: those with most edges first."""
    picture = await whole(reach)
    degrees = picture.degrees
    found = [key for key in picture.names if part.casefold() in key]
    found.sort(key=lambda key: (-degrees[key], key))
    return [(picture.names[key], picture.kinds[key]) for key in found[:limit]]


def _node(picture: Picture, key: str, degree: int) -> Node:
    return Node(id=key, entity=picture.names[key], entity_type=picture.kinds[key], properties={"degree": degree})


def _edge(source: str, target: str, one: Stated) -> Edge:
    fact = one.statement.fact
    return Edge(
        source=source,
        target=target,
        predicate=fact.slot,
        confidence=fact.confidence,
        properties={"evidence_count": one.evidence, "since": one.statement.held_from.isoformat()},
    )
