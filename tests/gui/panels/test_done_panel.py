from __future__ import annotations

from typing import Any

from widgets.common.words import Moment
from widgets.done.panel import DonePanel, DoneRow


def test_rows_say_whether_they_stand(qtbot: Any, qtmodeltester: Any, noon: Moment) -> None:
    panel = DonePanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.set_moment(noon)
    assert panel._empty.state.isVisible()
    panel.set_rows(
        [
            DoneRow("3", noon.now, "Hold order 12", "Kim", "done", orders=("12",)),
            DoneRow("2", noon.now, "Assign 2 orders to Ana", "Kim", "undone", "order 13 is carrying", ("12", "13")),
            DoneRow("1", noon.now, "Mark as delivered: order 11", "Bo", "final"),
        ]
    )
    qtmodeltester.check(panel.model)
    last = len(panel.model.columns) - 1
    assert [panel.model.index(i, last).data() for i in range(3)] == ["Done", "Undone, in part", "Can't be undone"]
    assert panel.model.index(1, 1).data().endswith(": order 13 is carrying")
    chosen: list[list[str]] = []
    panel.orders_chosen.connect(chosen.append)
    panel.view.select_ids(["2"])
    assert chosen == [["12", "13"]]
    panel.search.setText("kim hold")
    panel.search._tell()
    assert [row.id for row in panel.model.shown] == ["3"]
    panel.set_next("Hold order 12", None)
    assert panel.undo.toolTip() == "Undo: Hold order 12"
    assert not panel.redo.isEnabled()
