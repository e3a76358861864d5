from __future__ import annotations

from typing import Any

import pytest

from widgets.what_if.panel import WhatIfPanel
from widgets.what_if.rows import FigureRow, StepRow


@pytest.fixture
def panel(qtbot: Any) -> WhatIfPanel:
    panel = WhatIfPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 600)
    panel.show()
    return panel


def test_models_keep_qts_rules(panel: WhatIfPanel, qtmodeltester: Any) -> None:
    panel.set_steps([StepRow("0", "Move order 12"), StepRow("1", "Hold order 13", "it is carrying")], trying=True)
    panel.set_figures([FigureRow("late", "Late orders", "3", "1", "-2", True)])
    qtmodeltester.check(panel.steps)
    qtmodeltester.check(panel.figures)
    assert panel.steps.index(0, 0).data() == "Move order 12"
    assert panel.figures.index(0, 0).data() == "Late orders"


def test_it_says_how_many_and_which_are_lost(panel: WhatIfPanel) -> None:
    panel.set_steps([StepRow("0", "Move order 12"), StepRow("1", "Hold order 13", "it is carrying")], trying=True)
    assert panel.go.text() == "Carry out 1 change"
    assert "1 is not possible any more" in panel.state.text()
    assert panel.state.property("kind") == "error"
    lost = panel.steps.index(1, 0)
    assert lost.data() == "Hold order 13: it is carrying"


def test_before_it_begins_it_teaches_and_offers_to(panel: WhatIfPanel) -> None:
    begun: list[int] = []
    panel.begin_requested.connect(lambda: begun.append(1))
    panel._empty.state._button.click()
    assert begun
    assert not panel.go.isEnabled()
    panel.set_steps((), trying=True)
    assert panel.drop.isEnabled()
    assert panel.drop.text() == "End"


def test_all_columns_of_the_figures_are_seen_beside_a_small_map(panel: WhatIfPanel) -> None:
    panel.resize(300, 600)
    panel.set_figures([FigureRow("pdt", "Minutes per delivery", "0.0", "18.5", "+18.5", False)])
    view = panel.figures_view
    assert view.horizontalHeader().length() <= view.viewport().width()
