"""What the files of a project say of the packages that it needs, as far as that can be read: nothing is run."""

from __future__ import annotations

import ast
import codecs
import configparser
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PATTERNS = [
    *("pyproject.toml", "setup.cfg", "setup.py"),
    *("requirements.txt", "requirements/*.txt", "requirements*.txt", "requirements*.in"),
    *("environment*.yml", "environment*.yaml", "conda.yml", "conda.yaml", "Pipfile"),
]
# Of Poetry, PDM, Hatch, pixi, Pipenv and the standard.
_SECTIONS = re.compile(r"(.+-)?(dependencies|packages)|dependency-groups")
_INCLUDED = re.compile(r"(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)")
_CARET = re.compile(r"([\^~])\s*(\d+)(?:\.(\d+))?[\w.]*$")  # of Poetry
_CONDA = re.compile(r"(?:\S+::)?([\w.-]+)\s*(.*)")
_DEEPEST = 5  # files that include files
_FAULTS = (OSError, ValueError, SyntaxError, yaml.YAMLError, configparser.Error, AttributeError, TypeError, KeyError)


def project_files(folder: Path) -> list[Path]:
    """The files of a folder that may say what it needs, those first that say most."""
    found = dict.fromkeys(file for pattern in _PATTERNS for file in sorted(folder.glob(pattern)))
    return [file for file in found if file.is_file()]


def declared_requirements(file: Path) -> Iterator[list[Requirement]]:
    """What a file needs always, and then what it needs for some purpose."""
    read = _READERS.get(file.suffix, _from_toml if file.name == "Pipfile" else _from_lines)
    try:
        tiers = [list(texts) for texts in read(file)]
    except _FAULTS:
        return  # another program will complain
    for texts in tiers:
        yield [*filter(None, map(_requirement, texts))]


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _text(file: Path) -> str:
    """Its text; some editors and shells write UTF-16."""
    data = file.read_bytes()
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_utf16 else "utf-8-sig")


def _from_lines(file: Path, depth: int = 0) -> Iterator[list[str]]:
    """The requirements of pip, with those of the files that they include."""
    found = []
    for line in re.sub(r"\\\r?\n", " ", _text(file)).splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        included = _INCLUDED.match(text)
        if included and depth < _DEEPEST:
            inner = file.parent / included[1]
            found += [text for texts in _from_lines(inner, depth + 1) for text in texts] if inner.is_file() else []
        else:
            found.append(re.sub(r"\s--.*", "", text))
    yield found


def _from_toml(file: Path) -> Iterator[Iterable[str]]:
    table = tomllib.loads(_text(file))
    yield table.get("project", {}).get("dependencies", [])
    yield _sections(table)


def _sections(table: dict[str, Any]) -> Iterator[str]:
    """What is in tables that list dependencies, wherever they are."""
    for key, value in table.items():
        if _SECTIONS.fullmatch(key):
            yield from _in_section(value, "")
        elif isinstance(value, dict):
            yield from _sections(value)


def _in_section(value: Any, name: str) -> Iterator[str]:
    """Texts in a list are requirements; the version of a name is a text, or one or more tables with `version`."""
    if isinstance(value, str):
        yield from (name + _from_poetry(part) for part in value.split("||"))
    elif isinstance(value, list):
        for item in value:
            yield from [item] if isinstance(item, str) else _in_section(item, name)
    elif isinstance(value, dict) and isinstance(value.get("version"), str):
        yield from _in_section(value["version"], name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _in_section(item, key)


def _from_poetry(text: str) -> str:
    """`^2.8` as `>=2.8,<3`, `~2.8` as `>=2.8,<2.9`; a bare version is that one."""
    return ",".join(filter(None, (_from_poetry_part(part.strip()) for part in text.split(","))))


def _from_poetry_part(text: str) -> str:
    found = _CARET.match(text)
    if not found:
        return text.replace("*", "") if text == "*" or not text[:1].isdigit() else f"=={text}"
    major, minor = int(found[2]), int(found[3] or 0)
    end = f"{major}.{minor + 1}" if found[1] == "~" and found[3] else f"{major + 1}"
    return f">={major}.{minor},<{end}"


def _from_config(file: Path) -> Iterator[Sequence[str]]:
    """The lists of setup.cfg, on lines of their own or with semicolons."""
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(_text(file))
    lists = [config.get("options", "install_requires", fallback="")]
    yield [text for value in lists for text in _listed(value)]
    if config.has_section("options.extras_require"):
        yield [text for _, value in config.items("options.extras_require") for text in _listed(value)]


def _listed(value: str) -> list[str]:
    return value.splitlines() if "\n" in value else value.split(";")


def _from_script(file: Path) -> Iterator[list[str]]:
    """Every text that a setup script gives as `install_requires`, then every other one."""
    tree = ast.parse(_text(file))
    keywords = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "install_requires"
    ]
    for nodes in (keywords, [tree]):
        constants = (inner.value for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Constant))
        yield [value for value in constants if isinstance(value, str)]


def _from_conda(file: Path) -> Iterator[Iterable[str]]:
    for item in yaml.safe_load(_text(file))["dependencies"]:
        yield item.get("pip", []) if isinstance(item, dict) else [_from_conda_text(item)]


def _from_conda_text(text: str) -> str:
    """`a=2.4=build` and `a 2.4.*` of conda as requirements: one `=` stands for all that begins so."""
    found = _CONDA.match(text)
    if not found:
        return text
    name, bounds = found[1], found[2].strip()
    is_exact, is_fuzzy = bounds.startswith("=="), bounds[:1] == "="
    version = bounds.lstrip("=").split("=")[0].split()[0] if bounds[:1] in "=0123456789" and bounds else ""
    if not version:
        return name + bounds
    return f"{name}=={version}" if is_exact or not is_fuzzy or version.endswith("*") else f"{name}=={version}.*"


_READERS: dict[str, Callable[[Path], Iterator[Iterable[str]]]] = {
    ".toml": _from_toml,
    ".cfg": _from_config,
    ".py": _from_script,
    ".yml": _from_conda,
    ".yaml": _from_conda,
}
