from __future__ import annotations

from datetime import date, datetime, timezone

from packaging.version import Version

from harness.controller.discovery.pages import File, read_simple_json
from harness.controller.discovery.releases import Terms, newest_releases, newest_version, read_companions
from tests.support.languages import LANGUAGE
from tests.support.package_index import Row, _simple_json, row, tensorflow, wheels

TERMS = Terms(datetime(2026, 1, 1, tzinfo=timezone.utc))


def files(*rows: Row) -> list[File]:
    return read_simple_json(_simple_json(list(rows), dated=True))


def newest(*rows: Row, terms: Terms = TERMS) -> dict[str, tuple[str, str, str]]:
    """Of each minor the newest release, its distribution and its Python."""
    index: dict[str, list[File]] = {"tensorflow": [], "tensorflow-cpu": []}
    for file in files(*rows):
        index[file.project].append(file)
    found = newest_releases(index, LANGUAGE.subject.distributions, terms)
    return {str(item.version): (item.distribution, item.python, str(item.released)) for item in found.values()}


def test_newest_patch_and_python_of_each_minor() -> None:
    assert newest(
        *tensorflow("2.9.3", "2022-11-16", "37", "310", "39"),
        *tensorflow("2.16.2", "2024-06-28", "39", "312", "311"),
        *tensorflow("2.16.10", "2025-06-28", "39", "312"),
        *tensorflow("2.16.3", "2025-12-28", "39", "312"),
    ) == {
        "2.9.3": ("tensorflow-cpu", "3.10", "2022-11-16"),
        "2.16.10": ("tensorflow-cpu", "3.12", "2025-06-28"),
    }


def test_large_distribution_replaces_a_missing_small_one() -> None:
    late = wheels("tensorflow-cpu", "2.16.1", "2024-06-28")
    windows = [row("tensorflow_cpu-2.16.2-cp312-cp312-win_amd64.whl", "2024-06-28")]
    found = newest(*late, *windows, *wheels("tensorflow", "2.16.2", "2024-06-29", "311"))
    assert found == {"2.16.2": ("tensorflow", "3.11", "2024-06-29")}


def test_only_linux_x86_64_cpython_wheels_count() -> None:
    names = [
        "cp314-cp314t-manylinux_2_27_x86_64",
        "cp313-cp313-manylinux_2_27_aarch64",
        "cp313-cp313-macosx_12_0_x86_64",
        "cp313-cp313-musllinux_1_2_x86_64",
        "pp312-pypy312-manylinux_2_27_x86_64",
        "cp37-cp37m-manylinux1_x86_64",
        "cp36-cp36m-linux_x86_64",
        "cp27-cp27mu-manylinux1_x86_64",
    ]
    rows = [row(f"tensorflow-1.15.5-{name}.whl", "2021-01-06") for name in names]
    source = row("tensorflow-1.15.6.tar.gz", "2021-02-06")
    assert newest(*rows, source) == {"1.15.5": ("tensorflow", "3.7", "2021-01-06")}


def test_pythons_outside_requires_python_do_not_count() -> None:
    rows = tensorflow("2.16.2", "2024-06-28", "311", "312", needs=">=3.9,<3.12")
    assert newest(*rows)["2.16.2"][1] == "3.11"


def test_withdrawn_releases_are_none() -> None:
    withdrawn = tensorflow("2.16.3", "2024-07-28", "312", yanked=True)
    kept = tensorflow("2.16.2", "2024-06-28", "312")
    assert list(newest(*withdrawn, *kept)) == ["2.16.2"]
    assert newest(*withdrawn) == {}


def test_pre_releases_count_only_on_request() -> None:
    rows = [*tensorflow("2.17.0rc1", "2024-06-28", "312"), *tensorflow("2.17.0.dev1", "2024-06-01", "312")]
    assert newest(*rows) == {}
    assert list(newest(*rows, terms=Terms(TERMS.until, pre=True))) == ["2.17.0rc1"]


def test_release_counts_once_last_file_is_old() -> None:
    rows = tensorflow("2.17.0", "2024-07-11", "311", "312")
    rows[-1]["day"] = "2024-07-12"
    before, after = (datetime(2024, 7, 12, hour, tzinfo=timezone.utc) for hour in (11, 13))
    assert newest(*rows, terms=Terms(before)) == {}
    assert newest(*rows, terms=Terms(after)) == {"2.17.0": ("tensorflow-cpu", "3.12", "2024-07-11")}


def test_a_release_came_with_its_first_file() -> None:
    rows = wheels("tensorflow", "2.17.0", "2024-07-14", "311", "312")
    rows[0]["day"] = "2024-07-13"
    assert newest(*rows)["2.17.0"][2] == "2024-07-13"


def test_first_unwithdrawn_tf_keras_dates_each_minor() -> None:
    found = read_companions(
        "tf-keras",
        files(
            *wheels("tf-keras", "2.19.0", "2025-03-03"),
            *wheels("tf-keras", "2.19.1", "2025-05-03"),
            *wheels("tf-keras", "2.20.0", "2025-03-03", yanked=True),
            *wheels("tf-keras", "2.20.1", "2025-09-04"),
            *wheels("tf-keras", "2.21.0", "2025-10-04", yanked=True),
            *wheels("tf-keras", "2.22.0", "2026-01-01"),
        ),
        TERMS,
    )
    assert {item.pin: (item.since, item.after_withdrawn) for item in found.values()} == {
        "tf-keras==2.19.*": (date(2025, 3, 3), False),
        "tf-keras==2.20.*": (date(2025, 9, 4), True),
    }


def test_newest_version_of_a_day_is_installable() -> None:
    rows = [
        *wheels("keras", "3.4.0", "2024-06-26"),
        *wheels("keras", "3.4.1", "2024-06-27", needs=">=3.9"),
        *wheels("keras", "3.5.0", "2024-06-27", needs=">=3.13"),
        *wheels("keras", "3.6.0", "2024-06-27", yanked=True),
        *wheels("keras", "3.7.0", "2024-06-28"),
    ]
    assert newest_version(files(*rows), TERMS, date(2024, 6, 27), "3.12") == Version("3.4.1")
    assert newest_version(files(*rows), TERMS, date(2024, 6, 25), "3.12") is None
