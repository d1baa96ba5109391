"""Write what of `cml` is for async code from what is for blocking code: the second colour is made, not kept by hand.

    python tools/cml_colours.py

A test fails where what stands in the tree is not what this writes.
"""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "packages" / "py-cml" / "src" / "cml"
WORDS = {
    "blocking code": "async code",
    "import Generator": "import AsyncGenerator",
    "Generator[Event, None, None]": "AsyncGenerator[Event, None]",
    "from cml.colours import pages, stream, waited": "from cml.colours import async_pages, async_stream, awaited",
    "from cml.context import Context\nfrom cml.methods": "from cml.async_methods",
    "import Conversing, Methods\n": "import AsyncConversing, AsyncMethods\nfrom cml.context import Context\n",
    "= pages(": "= async_pages(",
    "= stream(": "= async_stream(",
    "= waited(": "= awaited(",
    "    def run(": "    async def run(",
    "return self._whole.run(": "return await self._whole.run(",
}
NAMES = re.compile(r"\b(Conversing|Methods|NamespacedClient|SessionScope|Whole)\b")


def other_colour(text: str) -> str:
    """Return a module for blocking code as one for async code."""
    for before, after in WORDS.items():
        text = text.replace(before, after)
    return NAMES.sub(lambda name: f"Async{name[1]}", text)


def made() -> dict[Path, str]:
    """Return the modules that are made, with what is to stand in them."""
    return {
        PACKAGE / f"async_{name}.py": other_colour((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
        for name in ("methods", "parts")
    }


def main() -> None:
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
