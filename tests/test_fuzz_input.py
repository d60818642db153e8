"""Whatever a scenario, a table or a `--set` says: it is accepted or refused in plain lines, never otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import Copy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thrive_model.assemble import assemble
from thrive_model.assemble.inputs import TABLES
from thrive_model.errors import InputError
from thrive_model.scenario import resolve, strict_yaml

JUNK = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                " ",
                "-",
                "0",
                "-1",
                "1",
                "1e9",
                "1e999",
                "9" * 400,
                ".inf",
                ".nan",
                "nan",
                "no",
                "true",
                "null",
                "~",
            ),
            *("2012-13", "2012-04", "1900-01", "2100-01", "0000-01", "9999-00", "0-17", "3-1", "0m-1m", "all", "6-24"),
            *("[]", "{}", "[1]", "{a: 1}", "{value: 1}", "{by_year: {2012-13: 1}}", "[[[[[[", "{{{{", "- - - -", "? a"),
            *("&a b", "*a", "!!python/object:os.system x", "<<", "%", "@", "`", "'", '"', "|", ">", "#", ":", ",", ";"),
            *(
                "\t",
                "\0",
                "\x1b[31m",
                "\ufeff",
                "\u2028",
                "\x85",
                "²",
                "٣",
                "é",
                "\udcff",
                "../../etc",
                "/etc",
                "x" * 3000,
            ),
        ]
    ),
    st.text(max_size=8),
    st.floats().map(str),
    st.integers().map(str),
)
YAML_LIKE = st.text(alphabet="ab01.:-[]{}#&*!|>'\"%@`,?<~ \n\t\\", max_size=60)
RAW = ("Input should", "String should", "Field required", "Value error", "validation error", "pydantic")


def harmless(name: str, *overrides: str) -> bool:
    """Whether the input is accepted; fails where it is refused other than in lines that a person can read."""
    try:
        assemble(resolve(name, overrides))
    except InputError as refusal:
        assert refusal.problems
        for line in map(str, refusal.problems):
            assert line.startswith("error: ")
            assert line.isprintable()
            assert not any(word in line for word in RAW), line
        return False
    return True


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("project"))


def many(examples: int) -> settings:
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


# Text and bytes


@many(400)
@given(st.one_of(st.text(), YAML_LIKE, JUNK))
@example("? a\n? b\n")
@example("a: [}\n")
@example("a: \udcff")
@example("%\n")
@example("a:\n- b\n c")
@example("- " * 1000)
@example("[" * 10_000)
def test_any_text_is_read_or_refused(text: str):
    try:
        strict_yaml.read(text, "any.yaml")
    except InputError as refusal:
        assert all(str(problem).startswith("error: any.yaml") for problem in refusal.problems)


@many(100)
@given(st.one_of(st.binary(), YAML_LIKE.map(str.encode)))
@example(b"\xff\xfe")
@example(b"extends: any.yaml")
@example(b'extends: "\\0"')
def test_any_bytes_are_a_scenario_or_refused(copy: Copy, content: bytes):
    assert not harmless(str(copy.write(content, "any.yaml")))


# Lines, changed


@st.composite
def changed_lines(draw: st.DrawFn, lines: list[str], mark: str) -> list[str]:
    """Lines with one to three of them left out, doubled, moved, cut, or changed after some occurrence of a mark."""
    lines = list(lines)
    for _ in range(draw(st.integers(1, 3))):
        n = draw(st.integers(0, len(lines) - 1))
        how = draw(
            st.sampled_from(["leave out", "double", "move", "cut", "indent", "replace", "put", "put", "put", "put"])
        )
        if how == "leave out":
            del lines[n]
        elif how == "double":
            lines.insert(n, lines[n])
        elif how == "move":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(n))
        elif how == "cut":
            lines[n] = lines[n][: draw(st.integers(0, len(lines[n])))]
        elif how == "indent":
            lines[n] = " " * draw(st.integers(0, 8)) + lines[n].strip()
        elif how == "replace":
            lines[n] = draw(JUNK)
        else:
            parts = lines[n].split(mark)
            parts[draw(st.integers(0, len(parts) - 1))] = draw(JUNK)
            lines[n] = mark.join(parts)
        lines = lines or [""]
    return lines


def text_of(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", errors="surrogatepass")


SHIPPED = Path(__file__).resolve().parents[1]
SCENARIO = (SHIPPED / "scenarios" / "thrive.yaml").read_text(encoding="utf-8").splitlines()
PARENT = (SHIPPED / "scenarios" / "do_nothing.yaml").read_text(encoding="utf-8").splitlines()


@many(200)
@given(changed_lines(SCENARIO, ": "))
def test_a_scenario_changed_at_random_is_accepted_or_refused(copy: Copy, lines: list[str]):
    harmless(str(copy.write(text_of(lines), "any.yaml")))


@many(100)
@given(changed_lines(PARENT, ": "))
def test_a_scenario_without_programme_changed_at_random_is_accepted_or_refused(copy: Copy, lines: list[str]):
    harmless(str(copy.write(text_of(lines), "any.yaml")))


@pytest.fixture
def mended(copy: Copy) -> Iterator[Copy]:
    """A project whose tables are as they were when the test is over."""
    tables = {file: file.read_bytes() for file in copy.folder.glob("data/**/*.csv")}
    yield copy
    for file, content in tables.items():
        file.write_bytes(content)


@pytest.mark.parametrize("name", [file.removesuffix(".csv") or name for name, (_, file, _) in TABLES.items()])
def test_a_table_changed_at_random_is_accepted_or_refused(mended: Copy, name: str):
    file = mended.table(name)
    shipped = file.read_text(encoding="utf-8").splitlines()

    @many(30)
    @given(changed_lines(shipped, ","))
    def change(lines: list[str]) -> None:
        file.write_bytes(text_of(lines))
        harmless(str(mended.folder / "scenarios" / "thrive.yaml"))

    change()


# Settings

WORDS = ["demand", "growth_per_year", "fund", "amount", "order", "interventions", "swift", "reached", "effects", "0"]
WORDS += [
    "tables",
    "local",
    "start",
    "last_year",
    "seed",
    "value",
    "by_year",
    "extends",
    "pressure",
    "year",
    "end",
    "ages",
]
KEYS = st.one_of(
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=4).map(".".join),
    st.sampled_from(
        ["demand.growth_per_year", "demand.measured_from", "start", "last_year", "fund", "fund.first_year"]
    ),
    st.sampled_from(["interventions.swift.reached", "interventions.swift.start", "interventions.swift.effects"]),
)


ODD = st.one_of(
    st.sampled_from(["-1", "0", "1", "0.5", "1e308", "-1e308", "1e-320", ".inf", "null", "x", "[]", "{}"]),
    st.floats(allow_nan=False).map(str),
)
KINDS = ["uniform", "triangular", "pert", "normal", "lognormal", "beta", "x"]
TERMS = ["least", "most", "standard_deviation", "spread", "kind", "mean"]
DRAWN = st.builds(
    "{{value: {}, source: assumption, why: as I say so, distribution: {{kind: {}, {}}}}}".format,
    ODD,
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(TERMS[:4]), ODD, max_size=3).map(
        lambda terms: ", ".join(f"{name}: {value}" for name, value in terms.items()) or "most: 2"
    ),
)
HELD = ["demand.growth_per_year", "multipliers.referrals.times", "interventions.swift.reached"]


@many(150)
@given(st.builds("{}={}".format, st.sampled_from(HELD), DRAWN))
@example("multipliers.referrals.times={value: 1, distribution: {kind: normal, standard_deviation: 1e308}}")
@example("demand.growth_per_year={value: 1e-320, distribution: {kind: lognormal, spread: 3}}")
def test_any_distribution_is_accepted_or_refused(setting: str):
    harmless("do_nothing", setting)


@many(100)
@given(
    st.sampled_from(["multipliers", "multipliers.new", "correlations", "multipliers.referrals.moves"]),
    st.one_of(
        JUNK,
        st.builds("{{title: x, moves: [{}], ages: {}, months: {}, times: {}, drift_per_year: {}}}".format, *[ODD] * 5),
        st.builds("[{{between: [{}, {}], rank: {}, why: as I say so}}]".format, *[st.sampled_from(HELD)] * 2, ODD),
    ),
)
def test_any_multiplier_or_correlation_is_accepted_or_refused(key: str, block: str):
    harmless("do_nothing", f"{key}={block}")


@many(300)
@given(st.one_of(st.text(max_size=20), st.builds("{}={}".format, KEYS, st.one_of(JUNK, YAML_LIKE))))
@example("demand.measured_from=2012-13")
@example("demand.measured_from=2100-01")
@example("start=2100-04")
@example("last_year=2041-42")
@example("seed=²")
@example("interventions.²=1")
@example("title=\udcff")
@example("tables.local=" + "x/" * 3000)
@example("interventions.swift.effects=[{kind: multiply_move, move: accepted, relative_hazard: 1.0e-320}]")
def test_any_setting_is_accepted_or_refused(setting: str):
    harmless("thrive", setting)
