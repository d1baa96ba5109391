"""`import umi` opens nothing, starts nothing, reads no environment, and loads no heavy module."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    *("anthropic", "anyio", "apsw", "asyncio", "click", "httpx", "lancedb", "numpy", "onnxruntime", "openai"),
    *("platformdirs", "psycopg", "pyarrow", "pydantic", "rich", "turbovec"),
)
USED = {"anyio", "asyncio", "numpy", "platformdirs"}  # by the engine itself
UNREADABLE = """
import os, sys, typing, importlib
class Unreadable(dict):
    def __getitem__(self, name): raise AssertionError(f"read {name}")
    def get(self, name, default=None): raise AssertionError(f"read {name}")
    def __contains__(self, name): raise AssertionError(f"looked for {name}")
os.environ = Unreadable()
os.getenv = os.environ.get
"""


def _python(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_importing_umi_loads_no_heavy_module():
    loaded = _python(f"import sys, umi; print(*[name for name in {HEAVY} if name in sys.modules])")

    assert loaded == ""


def test_importing_umi_loads_only_its_first_module():
    loaded = _python("import sys, umi; print(*[name for name in sys.modules if name.startswith('umi')])")

    assert loaded == "umi"


def test_importing_umi_and_all_its_names_starts_no_thread():
    assert _python("import threading; from umi import *; print(threading.active_count())") == "1"


def test_importing_umi_reads_no_environment():
    assert _python(UNREADABLE + "import umi; print('fine')") == "fine"


def test_importing_umi_opens_no_file_but_code():
    opened = _python(
        "import sys\n"
        "found = []\n"
        "sys.addaudithook(lambda event, given: event == 'open' and found.append(str(given[0])))\n"
        "import umi\n"
        "print(*[path for path in found if not path.endswith(('.py', '.pyc'))])"
    )

    assert opened == ""


@pytest.mark.parametrize("heavy", [name for name in HEAVY if name not in USED])
def test_naming_the_memory_loads_no_driver_and_no_model(heavy: str):
    assert _python(f"import sys; from umi import Memory; print({heavy!r} in sys.modules)") == "False"
