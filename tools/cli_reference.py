"""Write docs/reference/cli.md from the commands themselves: `python tools/cli_reference.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from umi.cli.exits import EXIT_MEANINGS
from umi.cli.main import command as umi_command
from umi.cli.settings import SharedOption

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "cli.md"
INTRODUCTION = """\
# The command `umi`

<!-- Made by tools/cli_reference.py from the commands themselves; change those instead. -->

Answers go to stdout, notes and progress to stderr. At a terminal answers are laid out for reading; down a pipe they are
plain lines with tabs between the columns and no colours; with `--json` they are JSON. An error is one line on stderr,
or with `--json` one document, `{"error": {"type": "…", "message": "…"}}`. A stack trace is shown only if `--debug` asks
for it.

Only `remember`, `fact`, `import` and `demo` make a store that does not exist yet; every other command refuses with exit
code 3.

For completion in your shell, put `eval "$(umi completion bash)"` (or `zsh`) into its start-up file, or run
`umi completion fish > ~/.config/fish/completions/umi.fish`.
"""
OUTPUTS = """\
## What comes out

| Command | Down a pipe, tab-separated | With `--json` |
|---|---|---|
| `recall` | score, date, speaker, text, why, id, state | a line for each memory, with `rank`, `score`, `why` |
| `pack` | the text for the prompt | `text`, `tokens`, `left_out`, and `citations` with their `mark` |
| `list` | id, date, speaker, text, state | a line for each memory |
| `count` | the number | `count` |
| `get` | `name: value` lines, an empty line, the text | the memory |
| `remember`, `fact` | the id; what it stands against on stderr | the receipt, with its `decisions` and `status` |
| `entity` | state, slot, value, since, until, id, text | the picture; statements under `current`, `past`, `planned` |
| `subjects` | name, texts | a line for each, with `name` and `texts` |
| `relations` | id, how this one stands to it, confidence, reason, text | a line for each relation |
| `blame` | id, change, date, speaker, how it bears, text, state | a line for each memory, with `event`, `relation` |
| `history` | change, time, act, actor, what changed, reason, by which id | a line for each change |
| `diff` | id, what became of it, date, speaker, text | `added`, `gone`, `revised`, `events` |
| `undo` | `undone`, change | the receipt, with `undone` |
| `revise` | `revised` or `unchanged`, id | `id`, `revised` |
| `forget`, `restore`, `silence`, `pin`, `unpin` | what became of it, id | the ids under that, `unchanged`, `missing` |
| `quarantine list` | id, date, speaker, text, state | a line for each memory |
| `quarantine add`, `quarantine release` | what became of it, id | the ids under that, `unchanged`, `missing` |
| `decay` | id, action, score, change, reason, text | the report, with `decisions`, `gists`, `before`, `after` |
| `duplicates` | id, id it is merged into, exact or near, cosine, change, text | the report, with `groups` |
| `erase` | name, value | the receipt, with `ids`, `counts`, `findings` and `proved` |
| `import` | a summary; bad records on stderr | `format`, `added`, `known`, `bad`, `bad_count`, `stopped` |
| `export`, `backup` | a summary | `path` with `exported` or `bytes` |
| `stats` | name, value | the same by name |
| `doctor` | part, severity, message | `sound`, `repaired`, `findings` |
| `verify` | a summary, or change, what was done, what was seen | `ok`, `entries`, `rows`, `anchors`, `findings` |
| `anchor` | the anchor, on one line | `line`, `seq`, `at`, `hash`, `signature` |
| `reindex` | a summary | `reindexed` |
| `bench speed` | task, times, median ms, worst ms | `measurements` |
| `bench adapter` | JSON lines | JSON lines |
| `completion` | the script | `shell`, `script` |
| `demo` | the report as text | counts, times, and `answers` with their hits |

A change is named by its place in the log. A state says what is not as usual about a memory, and is empty where nothing
is: that it is superseded, silenced, quarantined or otherwise out of recall, until when it held, what it is in conflict
with, and that its source is not trusted. That of a row of `entity` is `current`, `conflict`, `past`, `negated`,
`planned`, `mention` or `alias`.

`recall --explain --json` adds a last line, `{"explain": …}`.
"""


def reference() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION, *_shared(), *_exit_codes(), OUTPUTS]
    for name, command in umi_command.commands.items():
        parts += _described(f"umi {name}", command)
    return "\n".join(parts)


def _shared() -> Iterator[str]:
    shared = [param for param in umi_command.params if isinstance(param, SharedOption)]
    yield "## Options of every command\n"
    yield "They may stand before the command or after it; the later one wins. `umi --version` prints the version."
    yield "Commands about a whole store take no scope, and `completion` and `bench` take no store.\n"
    yield _table(shared)


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| Code | Meaning |\n|---|---|"
    yield "\n".join(f"| {code.value} | {meaning} |" for code, meaning in EXIT_MEANINGS.items()) + "\n"


def _described(name: str, command: click.Command) -> Iterator[str]:
    if isinstance(command, click.Group):
        for inner_name, inner in command.commands.items():
            yield from _described(f"{name} {inner_name}", inner)
        return
    arguments = [
        param.make_metavar(click.Context(command)) for param in command.params if isinstance(param, click.Argument)
    ]
    options = [param for param in command.params if _is_own(param)]
    yield f"## `{name}`\n"
    yield f"    {' '.join([name, *arguments, *(['[OPTIONS]'] if options else [])])}\n"
    yield _prose(command.help or "")
    if options:
        yield _table(options)


def _is_own(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and not isinstance(param, SharedOption) and not param.hidden


def _prose(help_text: str) -> str:
    """Return a help text as Markdown: what click must not wrap becomes a block of code."""
    paragraphs: list[str] = []
    for paragraph in re.split(r"\n\s*\n", help_text.strip()):
        lines = paragraph.splitlines()
        is_verbatim = lines[0].strip() == "\b"
        paragraphs.append(
            "\n".join(f"    {line}" for line in lines[1:]) if is_verbatim else " ".join(paragraph.split())
        )
    return "\n\n".join(paragraphs) + "\n"


def _table(options: list[click.Option]) -> str:
    rows = [f"| {_names(option)} | {_meaning(option)} |" for option in options]
    return "\n".join(["| Option | Meaning |", "|---|---|", *rows]) + "\n"


def _names(option: click.Option) -> str:
    metavar = "" if option.is_flag else f" {option.metavar or _type_name(option)}"
    return f"`{', '.join((*option.opts, *option.secondary_opts))}{metavar}`"


def _type_name(option: click.Option) -> str:
    match option.type:
        case click.Choice() as choice:
            return "/".join(str(value) for value in choice.choices)
        case found:
            return found.name.upper()


def _meaning(option: click.Option) -> str:
    meaning = (option.help or "").replace("|", "\\|")
    return f"{meaning} Default: {option.default}." if option.show_default else meaning


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(reference(), encoding="utf-8")
    print(f"wrote {PAGE}")
