"""The words of Umi as frozen values. Standard library only; nothing here reads a clock, a disk or a network."""
