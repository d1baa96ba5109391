"""`umi entity`, `umi subjects`, `umi relations` and `umi blame`: what is believed, and which texts say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.documents import cause_document, picture_document
from umi.cli.exits import Exit
from umi.cli.narrowing import moment_options
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.cli.tables import excerpt, print_table
from umi.errors import NotFound
from umi.limits import LIST_LIMIT_DEFAULT

if TYPE_CHECKING:
    from umi import Memory
    from umi.domain.relation import Relation


@click.command(cls=Command)
@click.argument("name")
@moment_options
@memory_options
@click.pass_obj
def entity(settings: Settings, name: str, **moment: Any) -> None:
    """Show what is known of NAME, with the texts that say so. Exits with 1 if nothing is.

    NAME is that of a person, a place or a thing, by any of its names; "user" is who speaks where nobody is named.
    With --as-of, what was known then; with --valid-at, what held then. Values of which only one can hold are shown as
    a conflict if several are believed.
    """
    with opened(settings) as memory:
        picture = memory.entity_sync(name, **moment)
    is_known = bool(picture.current or picture.past or picture.planned or picture.mentions)
    if settings.json:
        screen.document(picture_document(picture))
    elif is_known:
        from umi.cli.pictures import print_picture

        print_picture(picture)
    if not is_known:
        _nothing(settings, f"Nothing is known of {screen.one_line(name)}.")


@click.command(cls=Command)
@click.option("--limit", type=int, default=LIST_LIMIT_DEFAULT, show_default=True, metavar="N", help="At most so many.")
@memory_options
@click.pass_obj
def subjects(settings: Settings, limit: int) -> None:
    """List of whom something is stated, and in how many texts. Exits with 1 if of nobody."""
    with opened(settings) as memory:
        found = memory.subjects_sync(limit=limit)
    if settings.json:
        for name, texts in found:
            screen.document({"name": name, "texts": texts})
    elif found:
        print_table(("name", "texts"), [(name, str(texts)) for name, texts in found], numbers=("texts",))
    if not found:
        _nothing(settings, "Nothing is stated of anybody.")


@click.command(cls=Command)
@click.argument("id")
@moment_options
@memory_options
@click.pass_obj
def relations(settings: Settings, id: str, **moment: Any) -> None:
    """Show how the memory with this ID stands to others. Exits with 1 if to none.

    Both directions are shown: what it supersedes, contradicts, adds to or cites, and what does so to it. With --as-of,
    those known then; with --valid-at, those between memories that both held then.
    """
    with opened(settings) as memory:
        if memory.get_sync(id) is None:
            raise NotFound(f"Nothing in this scope has the id {id!r}.")
        found = memory.relations_sync(id, **moment)
        if settings.json:
            for relation in found:
                screen.document(relation)
        elif found:
            rows = [_relation_row(memory, id, relation, moment) for relation in found]
            print_table(("id", "this one", "sure", "reason", "text"), rows, numbers=("sure",))
    if not found:
        _nothing(settings, "It stands in no relation to another memory.")


def _relation_row(memory: Memory, id: str, relation: Relation, moment: dict[str, Any]) -> tuple[str, ...]:
    from umi.cli.relating import other_end

    verb, other = other_end(relation, id)
    entity = memory.get_sync(other, **moment)
    text = "" if entity is None else excerpt(entity.content)
    return other, verb, f"{relation.confidence:.2f}", relation.reason, text


@click.command(cls=Command)
@click.argument("what")
@click.argument("slot", required=False)
@memory_options
@click.pass_obj
def blame(settings: Settings, what: str, slot: str | None) -> None:
    """Show which texts made us believe something. Exits with 1 if none did.

    The most telling stands first. WHAT is a memory's id; or with a SLOT, such as lives_in, a subject's name: the texts
    that state it come first, then those they superseded. Each comes with the place in the log of the change that
    brought it, which `umi undo` takes.
    """
    with opened(settings) as memory:
        causes = memory.blame_sync(what, slot)
    if settings.json:
        for cause in causes:
            screen.document(cause_document(cause))
    elif causes:
        from umi.cli.causes import print_causes

        print_causes(causes)
    if not causes:
        hint = "" if slot else " To ask about a subject, name a SLOT as well."
        _nothing(settings, f"Nothing states it.{hint}")


def _nothing(settings: Settings, text: str) -> None:
    screen.note(settings, text)
    raise click.exceptions.Exit(Exit.NOTHING)
