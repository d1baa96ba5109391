"""Lets `python -m umi.cli` stand for `umi`."""

from umi.cli.main import main

main()
