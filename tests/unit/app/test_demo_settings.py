import pytest

from app.cli.parser import run


@pytest.mark.parametrize(
    ("given", "line"), [("foo=1", "there is no setting foo"), ("matching.max_pickup_km=far", "wants a number, not 'far'")]
)
def test_a_setting_of_a_headless_run_is_checked(given, line, tmp_path, capsys):
    assert run(["demo", "--headless", "--data", str(tmp_path), "--set", given]) == 2
    assert line in capsys.readouterr().err
