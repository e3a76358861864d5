from core.domain.language import mark, ntr, tr, use_language


def test_without_a_catalogue_texts_stay_english_and_take_their_values() -> None:
    use_language("xx")
    try:
        assert tr("Assign to {driver}", driver="D-17") == "Assign to D-17"
        assert tr("100 % of {x") == "100 % of {x", "no values, no braces to fill"
        assert [ntr("{n} order", "{n} orders", n) for n in (0, 1, 2)] == ["0 orders", "1 order", "2 orders"]
        assert mark("Undo") == "Undo"
    finally:
        use_language("en")
