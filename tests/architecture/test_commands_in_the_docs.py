"""Every command, option, script and page that the documentation names exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from tests.architecture.blocks import blocks
from tests.architecture.repository import ROOT, pages

from umi.cli.main import command as umi_command

PAGES = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in pages()]
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^()\s]+)\)")
SCRIPT = re.compile(r"(?<![\w/])(?:benchmarks|tools|examples)/[\w/]+\.(?:py|sh)\b")


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    named = {word for line in _commands(page) for word in re.findall(r"^make ([a-z]+)", line)}

    assert named <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_umi_command_and_option_exists(page: Path):
    wrong = [line for line in _commands(page) if line.startswith("umi ") and not _is_understood(line)]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_every_script_exists(page: Path):
    named = set(SCRIPT.findall(page.read_text(encoding="utf-8")))

    assert {name for name in named if not (ROOT / name).is_file()} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: Path):
    links = [unquote(link.split("#")[0]) for link in LINK.findall(page.read_text(encoding="utf-8"))]
    local = {link for link in links if link and "://" not in link and not link.startswith("mailto:")}

    assert {link for link in local if not (page.parent / link).exists()} == set()


def test_the_reference_lists_every_command():
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")

    assert [name for name in _names("umi", umi_command) if f"## `{name}`" not in page] == []


def test_a_command_that_does_not_exist_is_noticed():
    assert _is_understood("umi recall 'Where?' --limit 5 --json")
    assert not _is_understood("umi reckon")
    assert not _is_understood("umi recall 'Where?' --depth 5")
    assert not _is_understood("umi bench smell")


def _commands(page: Path) -> Iterator[str]:
    """The command lines of a page: those in its shell blocks, and those between single backticks."""
    text = page.read_text(encoding="utf-8")
    for block in blocks(text):
        if block.language == "sh":
            joined = block.code.replace("\\\n", " ")
            yield from (line.removeprefix("$ ").strip() for line in joined.splitlines())
    yield from INLINE.findall(text)


def _is_understood(line: str) -> bool:
    """Whether the words lead to a command, and each option is one of it or of every command."""
    words = [word for word in shlex.split(re.split(r" [|>] ", line)[0], comments=True)[1:] if word != "…"]
    found: click.Command = umi_command
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        inner = found.commands.get(words.pop(0))
        if inner is None:
            return False
        found = inner
    known = {
        option for param in (*found.params, *umi_command.params) for option in (*param.opts, *param.secondary_opts)
    }
    known |= {"--help", "--version"}
    return {word.split("=")[0] for word in words if word.startswith("--")} <= known


def _names(name: str, found: click.Command) -> Iterator[str]:
    if not isinstance(found, click.Group):
        yield name
        return
    for inner_name, inner in found.commands.items():
        yield from _names(f"{name} {inner_name}", inner)
