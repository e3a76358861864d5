import pytest

from core.domain.errors import BadInput
from core.simulation.mdrp.instance import read_instance

MEALS = [("o1", 300.0, 0.0, 5, "r1", 20), ("o2", 0.0, 250.0, 6, "r1", 22)]
COURIERS = [("c1", 100.0, 0.0, 0, 90)]


def test_a_folder_reads_as_it_was_written(make_instance, write_instance):
    instance = make_instance(MEALS, COURIERS)
    assert read_instance(write_instance(instance)) == instance


def test_what_is_no_folder_is_refused_with_what_is_needed(tmp_path):
    with pytest.raises(BadInput, match=r"is no folder; name one that holds orders\.txt"):
        read_instance(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("orders", "300.0", "far", r"orders\.txt, line 2: 'far' is no number"),
        ("orders", "\t5\t", "\t5.5\t", r"line 2: '5\.5' is no whole number of minutes"),
        ("orders", "\t5\t", "\tnan\t", r"line 2: 'nan' is no number"),
        ("orders", "\tr1\t22", "", r"line 3: 4 columns; 6 are needed, separated by tabs"),
        ("orders", "o2", "o1", "small: a order|small: an order occurs twice"),
        ("orders", "\tr1\t22", "\tr9\t22", "order o2 is of restaurant r9, not in restaurants.txt"),
        ("instance_parameters", "100.0", "0", "meters_per_minute must be above 0"),
        ("instance_parameters", "4.0", "5.0", "give even minutes"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(make_instance, write_instance, file, old, new, said):
    folder = write_instance(make_instance(MEALS, COURIERS))
    path = folder / f"{file}.txt"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_instance(folder)


def test_a_missing_file_is_named(make_instance, write_instance):
    folder = write_instance(make_instance(MEALS, COURIERS))
    (folder / "couriers.txt").unlink()
    with pytest.raises(BadInput, match=r"couriers\.txt can't be read"):
        read_instance(folder)
