"""A few runs of the real process, with the real model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

UMI = [sys.executable, "-m", "umi.cli"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*UMI, *words], capture_output=True, text=True, timeout=60, check=False)


def test_what_one_process_remembers_another_recalls(tmp_path: Path):
    store = str(tmp_path / "memory.db")

    kept = run("remember", "I moved to Lisbon last Friday", "--speaker", "Ada", "--store", store)
    found = run("recall", "Which town is home to Ada?", "--store", store, "--json")

    assert kept.returncode == 0, kept.stderr
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["id"] == kept.stdout.strip()


def test_help_loads_neither_the_engine_nor_rich(tmp_path: Path):
    code = "import sys; from umi.cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"

    shown = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )

    loaded = set(shown.stderr.split())
    assert "umi.cli.main" in loaded
    assert not {"rich", "numpy", "apsw", "onnxruntime", "asyncio", "umi.engine.memory", "json"} & loaded


def test_a_recall_down_a_pipe_does_not_load_rich(tmp_path: Path):
    store = str(tmp_path / "memory.db")
    run("remember", "green tea", "--store", store)
    code = "import sys; from umi.cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"

    found = subprocess.run(
        [sys.executable, "-c", code, "recall", "tea", "--store", store],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert "green tea" in found.stdout
    assert "rich" not in set(found.stderr.split())


def test_what_an_output_cannot_show_is_escaped(tmp_path: Path):
    store = str(tmp_path / "memory.db")
    run("remember", "café ☕", "--store", store)
    latin = {**os.environ, "PYTHONIOENCODING": "latin-1"}

    plain = subprocess.run([*UMI, "list", "--store", store], capture_output=True, timeout=60, check=True, env=latin)
    as_json = subprocess.run([*UMI, "list", "--store", store, "--json"], capture_output=True, check=True, env=latin)

    assert b"caf\xe9 \\u2615" in plain.stdout
    assert json.loads(as_json.stdout)["content"] == "café ☕"


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path):
    store = str(tmp_path / "memory.db")
    subprocess.run([*UMI, "remember", "-", "--store", store], input=b"tea " * 100_000, timeout=60, check=True)

    with subprocess.Popen([*UMI, "list", "--store", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr is not None
        complaint = process.stderr.read().decode()
        process.wait(60)

    assert "Error" not in complaint
    assert "Traceback" not in complaint


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_an_interrupt_exits_with_130_and_leaves_nothing_behind(tmp_path: Path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*UMI, "bench", "adapter"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write('{"op": "index", "conversation": {"id": "c", "sessions": []}}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"ok": True}
        process.send_signal(signal.SIGINT)
        complaint = process.stderr.read()
        code = process.wait(60)

    assert code == 130
    assert "Interrupted" in complaint
    assert "Traceback" not in complaint
    assert not list(tmp_path.iterdir())
