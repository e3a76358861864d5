"""Idle drivers towards expected demand: how many orders are likely where, and who of those who wait goes there."""
