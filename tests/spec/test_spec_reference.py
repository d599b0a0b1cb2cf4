"""docs/spec.md says what the schema says."""

from __future__ import annotations

from pathlib import Path

from rnnsearch.spec import PARAMETERS, load
from rnnsearch.spec.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "spec.md"


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "run: python -m rnnsearch.spec.reference > docs/spec.md"
    )


def test_every_parameter_stands_in_it() -> None:
    assert all(f"| `{name}` |" in reference() for name in PARAMETERS)


def test_its_example_is_sound(tmp_path: Path) -> None:
    example = reference().split("```yaml\n")[1].split("```")[0]
    (tmp_path / "s.yaml").write_text(example, encoding="utf-8")
    assert load(tmp_path / "s.yaml").spec.search.objective == "val_rmse"
