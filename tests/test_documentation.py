"""The documents say what the product does: their commands are run, their links followed, their tables made."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from projects import ROOT, copy_tables, invoke
from pydantic import BaseModel
from pytest_regressions.file_regression import FileRegressionFixture

from thrive_model import interventions, values
from thrive_model.cli import main
from thrive_model.outputs import all_outputs
from thrive_model.scenario import calibration, multipliers, schema
from thrive_model.values import distributions

DOCS = ROOT / "docs"
DOCUMENTS = sorted({ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")})
RENEWED = "renewed by `pytest tests/test_documentation.py --force-regen`"
ANY_LINES = "..."


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# The commands that documents show


@dataclass(frozen=True)
class Step:
    """A file that a document has its reader write, or a command with what it is shown to print."""

    line: int
    words: str
    text: tuple[str, ...]

    @property
    def is_file(self) -> bool:
        """Whether the reader writes it."""
        return not self.words.startswith("thrive")


def _steps(document: Path) -> Iterator[Step]:
    """Fenced blocks in order: ```console with `$ thrive ...` and output, and ```<language> file=<path>."""
    fence, shown, opened = None, [], 0
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), start=1):
        if fence is None and line.startswith("```"):
            fence, shown, opened = line.strip("`").strip(), [], number
        elif fence is not None and line.startswith("```"):
            if fence == "console":
                yield from _commands(shown, opened)
            elif " file=" in fence:
                yield Step(opened, fence.partition(" file=")[2], tuple(shown))
            fence = None
        else:
            shown.append(line)


def _commands(shown: Sequence[str], opened: int) -> Iterator[Step]:
    starts = [i for i, line in enumerate(shown) if line.startswith("$ ")]
    for i, end in zip(starts, [*starts[1:], len(shown)], strict=True):
        yield Step(opened + 1 + i, shown[i].removeprefix("$ "), tuple(shown[i + 1 : end]))


def _is_shown(document: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether the lines are the same; `...` in the document stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == ANY_LINES else re.escape(line) + r"\n" for line in document)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


WITH_COMMANDS = [path for path in DOCUMENTS if any(not step.is_file for step in _steps(path))]


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=_named)
def test_every_command_in_a_document_prints_what_the_document_shows(document: Path, tmp_path: Path):
    project = copy_tables(tmp_path)
    with contextlib.chdir(project):
        for step in _steps(document):
            if step.is_file:
                (project / step.words).write_text("\n".join(step.text) + "\n", encoding="utf-8")
                continue
            command, *words = shlex.split(step.words)
            assert command == "thrive", f"{_named(document)}:{step.line}: only the product's own command is run"
            printed = invoke(*words).output.splitlines()
            difference = "\n".join(unified_diff(step.text, printed, "the document", "the command", lineterm=""))
            assert _is_shown(step.text, printed), f"{_named(document)}:{step.line}: $ {step.words}\n{difference}"


def test_the_readme_and_the_tutorial_show_commands():
    assert {"README.md", "docs/tutorial.md", "docs/commands.md"} <= {_named(path) for path in WITH_COMMANDS}


def test_every_command_named_in_a_sentence_exists():
    for document in DOCUMENTS:
        for words in re.findall(r"`thrive ([^`]+)`", document.read_text(encoding="utf-8")):
            name, *rest = words.split()
            if name.startswith("-"):
                assert name in {"--help", "--version"}, f"{_named(document)}: thrive {words}"
                continue
            assert name in main.commands, f"{_named(document)}: thrive {words}"
            options = {word for parameter in main.commands[name].params for word in parameter.opts}
            assert {word for word in rest if word.startswith("--")} <= options, f"{_named(document)}: thrive {words}"


def test_every_command_and_option_is_documented():
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"`thrive {name}" in text
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or any(word in text for word in parameter.opts)


def test_every_file_of_a_run_folder_is_documented(tmp_path: Path):
    assert invoke("run", "do_nothing", "--out", tmp_path / "run").exit_code == 0
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [path.name for path in (tmp_path / "run").iterdir() if f"`{path.name}`" not in text] == []


def test_every_key_of_the_json_object_is_documented():
    text = (DOCS / "json.md").read_text(encoding="utf-8")
    printed = json.loads(invoke("run", "thrive", "--json").stdout)
    leaning = printed["assumptions"]
    keys = {*printed, *printed["fund"][0], *printed["outputs"][0], *leaning, *leaning["items"][0]}
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


# Links


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_relative_link_leads_somewhere(document: Path):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = document.parent / file if file else document
        assert target.exists(), link
        assert target.resolve().is_relative_to(ROOT), link
        assert not anchor or anchor in _anchors(target), link


def test_every_document_is_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document in reached:
            continue
        reached.add(document)
        if document.is_dir():
            waiting += document.glob("*.md")
        elif document.suffix == ".md":
            links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
            waiting += [document.parent / link for link in links if not re.match(r"[a-z]+:", link)]
    assert sorted(_named(path) for path in DOCS.rglob("*.md") if path.resolve() not in reached) == []


# Pages made from the code


def _outputs_page() -> str:
    lines = ["# Outputs", "", f"Made from `thrive_model/outputs.py`; {RENEWED}.", ""]
    lines += ["| output | title | unit | what it means |", "|---|---|---|---|"]
    for name, output in all_outputs().items():
        lines.append(f"| `{name}` | {output.title} | {output.unit} | {_on_one_line(output.meaning)} |")
    return "\n".join(lines) + "\n"


def _on_one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def test_the_page_of_outputs_is_what_the_code_says(file_regression: FileRegressionFixture):
    _check(file_regression, _outputs_page(), DOCS / "outputs.md")


@pytest.mark.parametrize("name", all_outputs())
def test_every_output_has_a_title_a_unit_and_a_meaning(name: str):
    output = all_outputs()[name]
    assert output.title[0].isupper()
    assert output.unit
    assert output.meaning.endswith(".")


def test_the_page_of_settings_is_what_the_schema_says(file_regression: FileRegressionFixture):
    _check(file_regression, _reference_page(), DOCS / "scenario-reference.md")


def test_every_setting_has_a_meaning():
    assert [f"{block.__name__}.{name}" for block in _blocks() for name, *_, told in _settings(block) if not told] == []


def _check(file_regression: FileRegressionFixture, text: str, page: Path) -> None:
    file_regression.check(text, encoding="utf-8", newline="", extension=".md", fullpath=page)


PLAIN_TYPES = {
    "str": "text",
    "Words": "text",
    "bool": "`true` or `false`",
    "int": "whole number",
    "float": "number",
    "Figure": "number",
    "YearText": "financial year",
    "MonthText": "month",
    "AgeBand": "ages",
    "DurationBand": "durations",
    "Name": "name",
    "Agency": " or ".join(f"`{agency}`" for agency in get_args(values.Agency)),
    "Use": " or ".join(f"`{use}`" for use in get_args(schema.Use)),
    "Grade": " or ".join(f"`{grade}`" for grade in get_args(values.Grade)),
    "Value": "[value](#value)",
    "Pounds": "[value](#value), 0 or more",
    "Ratio": "[value](#value), 0 or more",
    "Share": "[value](#value), 0 to 1",
    "SurePounds": "[value](#value), 0 or more, without a distribution",
    "AnyEffect": "[effect](#effects)",
    "AnyDistribution": "[distribution](#distributions)",
}


CHECKED = {"_no_more_than_all": ", 1 or less", "_pays_from": "", "_a_day": ", a day"}
"""What the checks that are written in Python come to, in words."""


def _blocks() -> list[type[BaseModel]]:
    """Every block a scenario may have, the outermost first."""
    first = [schema.Scenario, schema.Tables, schema.Demand, schema.Pressure, schema.Fund, schema.UnderspendReasons]
    programme = [interventions.Intervention, interventions.Area, interventions.Carried, interventions.Claim]
    beside = [interventions.Shock, schema.NamedSaving, schema.Watch, schema.Feedback, schema.Appraisal]
    beside += [schema.Check, calibration.Calibration, calibration.Free, calibration.SaidFigure]
    beside += [multipliers.Multiplier, multipliers.Correlation, schema.Approval]
    return [*first, *programme, *beside, *interventions.Effect.__subclasses__(), values.Value, *distributions.KINDS]


def test_every_block_that_a_scenario_may_have_is_on_the_page():
    """From the outermost block inwards: whatever a field's type mentions has a section of its own."""
    met: list[type[BaseModel]] = [schema.Scenario]
    for block in met:
        inner = {one for field in block.model_fields.values() for one in _mentioned(field.annotation)}
        met += sorted(inner - set(met), key=lambda one: one.__name__)
    assert {block.__name__ for block in met} == {block.__name__ for block in _blocks()}


def _mentioned(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _mentioned(argument)


def _reference_page() -> str:
    lines = ["# Scenario reference", "", f"Made from the schema in `thrive_model`; {RENEWED}.", ""]
    lines += [
        "A scenario is a YAML file with these settings. `extends` names the scenario it builds on: a shipped one's"
    ]
    lines += ["name, or a path relative to the file. What a file does not say is as in the scenario it extends."]
    for block in _blocks():
        is_effect = issubclass(block, interventions.Effect)
        if block is interventions.Effect.__subclasses__()[0]:
            lines += ["", "## Effects", "", _first_sentence(interventions.Effect)]
        if block is distributions.KINDS[0]:
            lines += ["", "## Distributions", "", _first_sentence(distributions.Distribution)]
        title = f"### {block.__name__}" if is_effect or block in distributions.KINDS else f"## {block.__name__}"
        lines += ["", title, "", *(inspect.getdoc(block) or "").splitlines(), ""]
        lines += ["| setting | type | where not given | meaning |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {sort} | {default} | {told} |" for name, sort, default, told in _settings(block)]
    return "\n".join(lines) + "\n"


def _settings(block: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    """Each field's name, type and default in words, and the docstring that stands under it; inherited ones first."""
    for owner in (one for one in reversed(block.__mro__) if issubclass(one, values.Choice)):
        body = _class_body(owner)
        for node, following in zip(body, [*body[1:], None], strict=True):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _is_set(block, node.target):
                under = following.value if isinstance(following, ast.Expr) else None
                told = inspect.cleandoc(str(under.value)) if isinstance(under, ast.Constant) else _of_its_block(node)
                yield node.target.id, _type(node.annotation), _default(block, node.target.id), _on_one_line(told)


def _is_set(block: type[BaseModel], name: ast.Name) -> bool:
    """Whether it is a setting, and not what a class says of itself."""
    return name.id in block.model_fields


def test_every_field_of_a_block_is_on_the_page_once():
    for block in _blocks():
        assert [name for name, *_ in _settings(block)] == list(block.model_fields), block.__name__


def _class_body(block: type) -> list[ast.stmt]:
    module: ModuleType | None = inspect.getmodule(block)
    assert module is not None
    found = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)]
    return next(node.body for node in found if node.name == block.__name__)


def _of_its_block(node: ast.AnnAssign) -> str:
    """What a block that has a class of its own is, said in the first sentence of that class."""
    mentioned = {name.id for name in ast.walk(node.annotation) if isinstance(name, ast.Name)}
    documented = [block for block in _blocks() if block.__name__ in mentioned and block is not values.Value]
    return _first_sentence(documented[0]) if documented else ""


def _first_sentence(block: type[BaseModel]) -> str:
    return re.split(r"(?<=\.)\s", inspect.getdoc(block) or "")[0]


def _type(annotation: ast.expr) -> str:
    """A field's type in words, from how it is written; a type that the page has no words for stands as it is."""
    words = ast.unparse(annotation)
    match annotation:
        case ast.Name(id=name) if name in {block.__name__ for block in _blocks()} and name not in PLAIN_TYPES:
            words = f"[{re.sub('(?<=[a-z])(?=[A-Z])', ' ', name).lower()}](#{name.lower()})"
        case ast.Name(id=name):
            words = PLAIN_TYPES.get(name, words)
        case ast.BinOp(left=left):
            words = _type(left)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=chosen):
            choices = chosen.elts if isinstance(chosen, ast.Tuple) else [chosen]
            words = " or ".join(f"`{ast.literal_eval(choice)}`" for choice in choices)
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *limits])):
            words = _type(inner) + "".join(_limits(limit) for limit in limits)
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[inner, *_])):
            words = f"list of {_type(inner)}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, inner])):
            words = f"{_type(inner)} by {_type(key)}"
    return words


def _limits(limit: ast.expr) -> str:
    if ast.unparse(limit) == "SURE":
        return ", without a distribution"
    assert isinstance(limit, ast.Call)
    match limit.func, limit.args:
        case ast.Name(id="bounded"), [least]:
            return f", {_figure(least)} or more"
        case ast.Name(id="bounded"), [least, most]:
            return f", {_figure(least)} to {_figure(most)}"
        case ast.Name(id="AfterValidator" | "BeforeValidator"), [ast.Name(id=check)]:
            return CHECKED[check]
    named = {keyword.arg: keyword.value for keyword in limit.keywords}
    words = {"ge": ", {} or more", "gt": ", more than {}", "le": ", {} or less", "lt": ", less than {}"}
    return "".join(told.format(_figure(named[name])) for name, told in words.items() if name in named)


def _figure(written: ast.expr) -> str:
    return f"{ast.literal_eval(written):g}"


def _default(block: type[BaseModel], name: str) -> str:
    field = block.model_fields[name]
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    choices = get_args(field.annotation)
    if choices and isinstance(default, str) and default not in choices:
        return "required"
    if isinstance(default, values.Value):
        return f"{default.value:g}"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, BaseModel):
        return "as its settings have it"
    return "none" if default in (None, "", (), {}) else f"`{default}`"
