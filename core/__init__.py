"""The dispatch system without a window. Nothing below this package imports Qt."""
