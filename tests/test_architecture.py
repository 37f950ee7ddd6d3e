"""Who may import whom, and what is public: the rules that keep the house easy to see."""

import ast
from pathlib import Path

import pytest

import mapper

PACKAGE = Path(mapper.__file__).parent

# Each module's layer; a module may import from lower layers, and from its own folder.
LAYERS = {
    "errors": 0,
    "model": 1,
    "atomic": 1,
    "bounds": 1,
    "words": 1,
    "columns": 1,
    "theatre": 2,
    "space": 2,
    "text": 3,
    "places": 3,
    "events": 3,
    "situation": 4,
    "codec": 4,
    "store": 5,
    "engine": 5,
    "render": 5,
    "pipeline": 6,
    "reading": 7,
    "lines": 8,
    "jobs": 9,
    "__init__": 10,
    "cli": 11,
    "__main__": 12,
}

# The one home of each foreign package.
HOMES = {
    "folium": {"render/html.py"},
    "branca": {"render/html.py"},
    "geopy": {"space", "places/geocoder.py"},
    "pyproj": {"space"},
    "click": {"cli.py"},
    "tqdm": {"cli.py"},
    "spacy": {"text"},
    "onnxruntime": {"text"},
    "tokenizers": {"text"},
    "pyarrow": {"text", "places", "render", "columns.py", "store.py"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_layers_or_its_own_folder(path: Path) -> None:
    own = unit(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "mapper" or len(parts) < 2:
            continue
        other = parts[1] if parts[1] in LAYERS else "__init__"
        assert other == own or LAYERS[other] < LAYERS[own], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_foreign_package_is_imported_only_in_its_home(path: Path) -> None:
    relative = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        homes = HOMES.get(name.split(".")[0])
        if homes is not None:
            assert relative in homes or relative.split("/")[0] in homes, f"{relative} imports {name}"


def test_the_public_names_are_these() -> None:
    assert mapper.__all__ == sorted(mapper.__all__)
    assert {"build", "geoparse", "extract", "read_reports", "write", "control_areas", "front_lines"} <= set(
        mapper.__all__
    )
    assert {"MapperError", "ReportError", "GazetteerError", "TableError", "WriteError"} <= set(mapper.__all__)
    assert all(hasattr(mapper, name) for name in mapper.__all__)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    root = PACKAGE.parent
    readme = (root / "README.md").read_text(encoding="utf-8")
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest"
    assert command in readme
    assert command in (root / ".ci" / "run").read_text(encoding="utf-8")


def test_every_command_and_option_is_in_the_readme() -> None:
    from mapper.cli import cli

    readme = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert f"mapper {name}" in readme
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert option in readme, f"mapper {name} {option}"
