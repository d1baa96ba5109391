"""What a run measured, as JSON under benchmarks/out/."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "out"
_VECTOR_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx_vnni")


def save(name: str, document: dict[str, Any]) -> Path:
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.json"
    path.write_text(json.dumps({**document, "machine": machine()}, indent=1) + "\n", encoding="utf-8")
    print(f"written to benchmarks/out/{path.name}")
    return path


def load(name: str) -> dict[str, Any] | None:
    path = OUT / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def machine() -> dict[str, Any]:
    """Describe what the numbers depend on."""
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    lines = dict(line.split("\t", 1) for line in about.split("\n\n", 1)[0].split("\n") if "\t" in line)
    flags = next((value for key, value in lines.items() if key == "flags"), "").split()
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "processor": lines.get("model name", platform.processor()).strip(": \t"),
        "features": [feature for feature in _VECTOR_FEATURES if feature in flags],
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def anonymous_bytes() -> int:
    """Return this process's own memory (RssAnon): heaps and stacks, without mapped files and their cache."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    raise OSError("RssAnon is not in /proc/self/status.")
