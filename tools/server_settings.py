"""Write the table of docs/reference/server-settings.md from the class itself: `python tools/server_settings.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticUndefined

from umi.server.settings import PREFIX, ServerSettings

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "server-settings.md"
_GROUPED_MIN: Final = 10_000
_HEAD: Final = "| Setting | In the environment | Default | Meaning |\n|---|---|---|---|\n"


def table() -> str:
    """Return a row for every setting."""
    rows = [
        f"| `{name}` | `{PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in ServerSettings.model_fields.items()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def page(written: str) -> str:
    """Return the page with its table as it has to be."""
    before, _, rest = written.partition(_HEAD)
    after = rest.partition("\n\n")[2]
    return f"{before}{table()}\n{after}"


def _shown(default: Any) -> str:
    match default:
        case None | ():
            return "none"
        case bool():
            return str(default).lower()
        case int() | float():
            return f"{default:,}" if default >= _GROUPED_MIN else str(default)
        case tuple():
            return ", ".join(map(str, default))
        case _:
            assert default is not PydanticUndefined
            return f"`{default}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
