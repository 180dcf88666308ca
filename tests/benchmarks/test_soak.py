"""What a long run calls wrong: errors, and growth after its first quarter."""

from dataclasses import replace

from benchmarks.soak import Slice, complaints

SLICE = Slice(1.0, 5_000, 20_000, 200_000_000, 90_000_000, 50, "")


def test_a_steady_run_is_sound() -> None:
    assert complaints([SLICE] * 8) == []


def test_growth_in_the_first_quarter_is_no_complaint() -> None:
    start = replace(SLICE, file_bytes=1_000_000, memory_bytes=30_000_000)
    assert complaints([start, *[SLICE] * 7]) == []


def test_a_growing_file_and_memory_are_complaints() -> None:
    grown = replace(SLICE, file_bytes=900_000_000, memory_bytes=300_000_000)
    assert complaints([SLICE] * 4 + [grown]) == [
        "the file grew from 200 to 900 MB under steady updates",
        "the memory grew from 90 to 300 MB under steady updates",
    ]


def test_each_error_is_a_complaint_with_its_time() -> None:
    assert complaints([SLICE, replace(SLICE, minutes=2.5, errors="1 timeouts")]) == ["at 2.5 min: 1 timeouts"]
