"""A run as one HTML file: its figures, charts and a map. It opens with no network, and would not use one."""

from app.report.page import check_target, write_report

__all__ = ["check_target", "write_report"]
