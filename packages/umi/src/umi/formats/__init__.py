"""Readers of real data: files of other programs, and Umi's own export, as turns."""

from __future__ import annotations

from umi.formats.reading import FORMATS, Format, detect, read
from umi.formats.record import BadRecord
from umi.formats.source import Source
from umi.formats.umi import read_turn, write_turn

__all__ = ["FORMATS", "BadRecord", "Format", "Source", "detect", "read", "read_turn", "write_turn"]
