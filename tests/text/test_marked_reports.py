"""The marked reports that train the second reading are sound."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from mapper.text.cues import KINDS

DATA = Path(__file__).parents[2] / "data"


def test_marked_reports_are_sound() -> None:
    spec = importlib.util.spec_from_file_location("marked_reports", DATA / "marked_reports.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    reports = list(module.read_marked())
    assert len(reports) == 1518 and {report.group for report in reports} == set("abcdefghijk")
    others = {
        "state", "protest", "violence_against_civilians", "displacement", "recognition", "agreement",
        "ceasefire", "statement", "arrest",
    }  # fmt: skip
    for report in reports:
        assert not set("{}") & set(report.text), report.id
        for mark in report.marks:
            assert mark.kind in others | set(KINDS), (report.id, mark)
            assert mark.certainty in ("reported", "claimed", "denied", "planned"), (report.id, mark)
            assert {mark.actor, mark.outcome} <= {"", "contested", *report.sides}, (report.id, mark)
            assert report.text[mark.start : mark.end].strip(), (report.id, mark)
