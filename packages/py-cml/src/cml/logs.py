"""What the client says of its work: under the name `cml`, and nothing unless it is asked for."""

from __future__ import annotations

import logging

_FORM = "%(asctime)s %(name)s %(levelname)s %(message)s"


def configure_logging(level: int | str = "WARNING", handler: logging.Handler | None = None) -> None:
    """Let the client's log go to a handler, or else to standard error. Called again, it replaces what was before.

    At level DEBUG each request and each answer is told of, without its texts and without the key.

    Raises:
        ValueError: there is no such level.
    """
    logger = logging.getLogger("cml")
    logger.setLevel(level.upper() if isinstance(level, str) else level)
    chosen = handler or logging.StreamHandler()
    if handler is None:
        chosen.setFormatter(logging.Formatter(_FORM))
    logger.handlers = [chosen]
    logger.propagate = False
