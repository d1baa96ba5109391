"""Record what published clients ask a server of ours, and are answered, into `contracts/`.

    python tools/record_contracts.py

Each file is one method of a client: the exchanges it takes, in their order, without what differs between recordings.
A change in a file is a change of the protocol: look at it before it is committed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.contracts.volatile import Steady  # noqa: E402 - the tests stand beside the tools
from tests.served import Served  # noqa: E402

PROTOCOLS = {
    "agent-memory": ("agent-memory-client-0.14.0", ROOT / "tests" / "doors" / "agent_memory" / "real_client"),
    "cml": ("cognitive-memory-layer-1.5.1", ROOT / "tests" / "doors" / "cml" / "real_client"),
}
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
RECORDING = ROOT / "tests" / "contracts" / "recording.py"
CHECKS_MAX = 100
SECONDS_MAX = 300


def recorded(served: Served, protocol: str, checks: Path) -> dict[str, Any]:
    """Return the exchanges of every check of a client."""
    keys = json.dumps([served.tenant().key for _ in range(CHECKS_MAX)])
    command = [PYTHON, RECORDING, protocol, checks, served.url]
    ran = subprocess.run(command, input=keys, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    return json.loads(ran.stdout.splitlines()[-1])


def write(folder: Path, found: dict[str, Any], today: date) -> None:
    """Put what was recorded in the place of what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for name, exchanges in found.items():
        steady = Steady(today)
        text = json.dumps({"exchanges": [steady.exchange(one) for one in exchanges]}, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    today = datetime.now(UTC).date()  # noqa: TID251 - what is of today differs tomorrow
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder)) as served:
        for protocol, (name, checks) in PROTOCOLS.items():
            found = recorded(served, protocol, checks)
            write(ROOT / "contracts" / name, found, today)
            print(f"{name}: {len(found)} methods, {sum(map(len, found.values()))} exchanges")


if __name__ == "__main__":
    main()
