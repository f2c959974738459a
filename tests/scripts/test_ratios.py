"""Ratios of benchmarks: when one is steady, when it is a regression, and what is written down."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest
from servers import ROOT

STEADY, NOISY = [0.50, 0.51, 0.49, 0.50], [0.3, 0.9, 0.5, 0.7]


@pytest.fixture
def ratios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    module = importlib.import_module("ratios")
    monkeypatch.setattr(module, "FIGURES", tmp_path / "figures.json")
    return module


def committed(ratios: ModuleType, **figures: float) -> None:
    ratios.FIGURES.write_text(json.dumps({"ratios": figures}))


def test_a_ratio_worse_by_more_than_a_tenth_is_a_regression(ratios: ModuleType) -> None:
    committed(ratios, **{"median us": 0.44, "other us": 0.47})
    assert ratios.regressions({"median us": STEADY, "other us": STEADY, "new us": STEADY}) == [
        "median us: 0.50 of the bare SDK, 0.44 when last committed"
    ]


def test_calls_per_second_are_worse_when_there_are_fewer(ratios: ModuleType) -> None:
    committed(ratios, **{"slower, calls/s": 0.56, "faster, calls/s": 0.40})
    assert [
        each.partition(":")[0] for each in ratios.regressions({"slower, calls/s": STEADY, "faster, calls/s": STEADY})
    ] == ["slower, calls/s"]


def test_a_ratio_of_a_noisy_machine_is_not_judged_and_not_written(
    ratios: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(ratios, us=0.1)
    assert ratios.regressions({"us": NOISY}) == []
    ratios.commit({"us": NOISY, "steady us": STEADY})
    assert ratios.committed() == {"us": 0.1, "steady us": 0.5}
    ratios.report({"us": NOISY})
    assert "too noisy now" in capsys.readouterr().out


def test_a_few_values_that_agree_by_chance_are_not_steady(ratios: ModuleType) -> None:
    assert ratios.spread([0.5, 0.5, 0.5]) == 1.0
    assert ratios.spread(STEADY) < ratios.STEADY_SPREAD


async def test_rounds_are_repeated_until_the_ratio_is_steady(ratios: ModuleType) -> None:
    values = iter([0.4, 0.6, *[0.5] * 60])

    async def measure() -> dict[str, float]:
        return {"us": next(values)}

    found = await ratios.repeated(measure, least=2, most=60)
    assert 2 < len(found["us"]) < 60
    assert ratios.spread(found["us"]) < ratios.STEADY_SPREAD
    values = iter([0.1, 0.9] * 5)
    assert len((await ratios.repeated(measure, least=2, most=10))["us"]) == 10
