from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete
from tests.unit.cli.conftest import Umi, json_document

from umi.cli.main import command


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_calls_umi_itself(umi: Umi, shell: str):
    script = umi("completion", shell)

    assert script.exit_code == 0
    assert "_UMI_COMPLETE" in script.stdout
    assert json_document(umi("completion", shell, "--json"))["script"].strip() == script.stdout.strip()


@pytest.mark.parametrize(
    ("words", "begun", "expected"),
    [
        ([], "rec", "recall"),
        (["recall", "--type"], "per", "person"),
        (["remember", "--role"], "a", "assistant"),
        (["recall", "--status"], "sup", "superseded"),
        (["list", "--trust-min"], "un", "untrusted"),
        (["fact", "--status"], "neg", "negated"),
        (["revise", "--clear"], "valid-u", "valid-until"),
        (["bench"], "a", "adapter"),
        (["import", "--on-error"], "st", "stop"),
    ],
)
def test_words_are_completed(words: list[str], begun: str, expected: str):
    complete = ShellComplete(command, {}, "umi", "_UMI_COMPLETE")

    assert expected in [item.value for item in complete.get_completions(words, begun)]
