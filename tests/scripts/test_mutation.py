"""Mutation testing: which changes are made, which tests are chosen, and that a seed draws the same sample again."""

from pathlib import Path

import pytest
from mutation.copies import ROOT
from mutation.equivalent import EquivalentMutants
from mutation.operators import mutants
from mutation.recording import Recording
from mutation.sample import drawn
from mutation.selection import Selection, files_of_tests
from mutation.source import Source

CHANGES = {
    "x = a < b": {"< -> <=", "< -> >"},
    "x = a is not None": {"is not -> is"},
    "x = a not in b": {"not in -> in"},
    "x = a and b": {"and -> or", "a and ->", "and b ->"},
    "x = not a": {"not a -> a"},
    "x = 10": {"10 -> 11", "10 -> 9"},
    "x = 0": {"0 -> 1"},
    "x = True": {"True -> False"},
    "x = a['key']": {"'key' -> 'keyX'"},
    "x = a.get('key')": {"'key' -> 'keyX'"},
    "x = a - b": {"- -> +"},
    "x = f'{a}' + b": set(),
    "send(a)": {"send(a) -> pass"},
    "a.b = c": {"a.b = c -> pass"},
    "x = send(a, wait=b)": {", wait=b ->"},
    "x = send(wait=b, a=c)": {"wait=b, ->", ", a=c ->"},
    "x = a.strip()": {".strip() ->"},
    "x = min(a, b)": {"min -> max"},
    "x = a[b:c]": {"b ->", "c ->"},
    "x = {'a': b, 'c': d}": {"'a' -> 'aX'", "'c' -> 'cX'", "'a': b, ->", ", 'c': d ->"},
    "x = [y for y in z if y]": {"y -> True"},
    "if a: send()": {"a -> not (a)", "a -> False", "send() -> pass"},
    "if sys.platform == 'win32':\n lock(1)\nelse:\n send()": {"send() -> pass"},
    "while a: break": {"a -> not (a)", "break -> pass"},
    "def f():\n if a:\n  return\n return b": {"a -> not (a)", "a -> False", "return -> pass", "b -> None"},
    "try:\n f()\nexcept (A, B):\n g()": {
        "f() -> pass",
        "g() -> pass",
        "g() -> raise",
        "(A, B) -> Exception",
        "(A, B) -> (B,)",
        "(A, B) -> (A,)",
    },
}
UNTOUCHED = {
    "a docstring": '"""Words."""',
    "an import": "from a import b",
    "an annotation": "def f(a: Literal['b']) -> Literal['c']: ...",
    "a log call": "logger.warning('retry', count=1)",
    "a list of exports": "__all__ = ['a', 'b']",
    "prose": "x = 'These are several words.'",
    "a description": "x = Field(description='words')",
    "the type of a cast": "x = cast('Node', y)",
    "the parameters of a type": "Handle = Callable[[Request, str], Awaitable[Any]]",
    "a help text": "x = add_argument(help='words')",
    "an import for types": "if TYPE_CHECKING:\n x = 1",
    "a branch of Windows": "if sys.platform == 'win32':\n lock(1)",
    "the start of a program": "if __name__ == '__main__':\n main()",
}


def changes(text: str) -> set[str]:
    return {mutant.change.strip() for mutant in mutants(Source(text))}


@pytest.mark.parametrize("text", CHANGES)
def test_each_construct_is_changed_as_a_careless_hand_might(text: str) -> None:
    assert changes(text) == CHANGES[text]


@pytest.mark.parametrize("kind", UNTOUCHED)
def test_what_no_caller_can_see_is_left_alone(kind: str) -> None:
    assert changes(UNTOUCHED[kind]) == set()


def test_a_change_replaces_its_own_part_and_nothing_else_beside_letters_of_several_bytes() -> None:
    [first, *_] = mutants(Source("x = 'é' if a < b else 'ü'"))
    assert {mutant.applied("x = 'é' if a < b else 'ü'") for mutant in mutants(Source("x = 'é' if a < b else 'ü'"))} >= {
        "x = 'é' if a <= b else 'ü'"
    }
    assert first.line == 1


def sources() -> dict[str, Source]:
    lines = "\n".join(f"def f{number}(a):\n    return a + {number}" for number in range(50))
    return {"a.py": Source(lines), "b.py": Source(lines)}


def test_a_seed_draws_the_same_sample_again_and_another_seed_another() -> None:
    nothing = EquivalentMutants()
    first, again, other = (
        [(file, mutant.line, mutant.change) for file, mutant in drawn(sources(), 20, seed, nothing)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert len({(file, line) for file, line, _ in first}) == 20


def test_an_equivalent_mutant_is_replaced_by_another_line(tmp_path: Path) -> None:
    listed = tmp_path / "equivalent.toml"
    listed.write_text('[[mutant]]\nfile = "a.py"\nline = "x = not a"\nchange = "not a -> a"\nreason = "r"\n')
    source = {"a.py": Source("if b:\n    x = not a\ny = not c\n")}
    found = {mutant.change for _, mutant in drawn(source, 10, 1, EquivalentMutants(listed))}
    assert "not a -> a" not in found
    assert "not c -> c" in found


def selected(text: str, change: str, recorded: Recording) -> list[str]:
    source = Source(text)
    [mutant] = [mutant for mutant in mutants(source) if mutant.change == change]
    return Selection({"a.py": source}, recorded).tests("a.py", mutant)


RECORDED = Recording(
    tests={"a.py": {1: set(), 3: {"t.py::three"}, 4: {"t.py::four"}, 6: {"u.py"}}},
    seconds={"t.py::three": 1.0, "t.py::four": 1.0, "u.py::a": 2.0, "u.py::b": 1.0},
)
TEXT = "LIMIT = 5\ndef f(a):\n    b = a - LIMIT\n    return not b\ndef g(a):\n    return a * 2\n"


def test_only_tests_that_run_the_line_are_chosen() -> None:
    assert selected(TEXT, "not b -> b", RECORDED) == ["t.py::four"]


def test_a_line_run_by_a_process_of_a_whole_test_file_chooses_its_tests_the_quickest_first() -> None:
    assert selected(TEXT, "* -> /", RECORDED) == ["u.py::b", "u.py::a"]


def test_a_constant_is_judged_by_the_tests_of_the_lines_that_use_it_before_all_others() -> None:
    assert selected(TEXT, "5 -> 6", RECORDED) == ["t.py::three", "t.py::four", "u.py::b", "u.py::a"]


def test_a_function_that_runs_at_import_is_judged_by_the_tests_of_the_lines_that_use_it() -> None:
    text = "def f(a):\n    return not a\nB = f(1)\ndef g():\n    return f(B)\n"
    recorded = Recording(tests={"a.py": {5: {"t.py::g"}}}, seconds={"t.py::g": 1.0}, imported={"a.py": {2}})
    assert selected(text, "not a -> a", recorded) == ["t.py::g"]


def test_a_table_is_judged_by_the_tests_that_import_its_module_too() -> None:
    reader = "tests/scripts/test_mutation.py::test_a"
    source = Source("TABLE = 5\n")
    recorded = Recording(seconds={reader: 1.0, "u.py::b": 0.1}, imported={"scripts/src/mutation/sample.py": {1}})
    [chosen] = [each for each in mutants(source) if each.change == "5 -> 6"]
    tests = Selection({"scripts/src/mutation/sample.py": source}, recorded).tests(
        "scripts/src/mutation/sample.py", chosen
    )
    assert tests == [reader, "u.py::b"]


def test_tests_that_import_the_module_of_a_function_run_before_all_others() -> None:
    reader, file = "tests/scripts/test_mutation.py::test_a", "scripts/src/mutation/sample.py"
    source = Source("def f(a):\n    return not a\n")
    recorded = Recording(tests={file: {2: {reader, "u.py::b"}}}, seconds={reader: 1.0, "u.py::b": 0.1})
    [chosen] = [each for each in mutants(source) if each.change == "not a -> a"]
    assert Selection({file: source}, recorded).tests(file, chosen) == [reader, "u.py::b"]


def test_an_attribute_is_judged_by_the_tests_of_the_lines_that_read_it_before_those_that_set_it() -> None:
    text = "class A:\n    def f(self, a):\n        self.b = not a\n    def g(self):\n        return self.b\n"
    recorded = Recording(
        tests={"a.py": {3: {"t.py::sets", "t.py::reads"}, 5: {"t.py::reads"}}},
        seconds={"t.py::sets": 0.1, "t.py::reads": 9.0},
    )
    assert selected(text, "not a -> a", recorded) == ["t.py::reads", "t.py::sets"]


def test_code_that_no_test_runs_has_none() -> None:
    assert selected("def f(a):\n    return not a\n", "not a -> a", Recording()) == []


def test_a_member_is_judged_by_its_own_tests_and_the_core_by_those_of_no_member_and_of_its_processes() -> None:
    github = {path.parent.name for path in files_of_tests(ROOT / "packages" / "github-mcp" / "src")}
    files = files_of_tests(ROOT / "shared" / "src")
    core = {path.relative_to(ROOT / "tests").parts[0] for path in files}
    assert github == {"github", "contract"}
    assert {"remote"} <= core
    assert not core & {"github", "slack"}
    end_to_end = [path for path in files if path.parent.name == "e2e"]
    assert [path for path in end_to_end if not path.is_file()] == []
    assert {"test_stdio_end.py", "test_front.py"} <= {path.name for path in end_to_end}


def test_an_entry_of_the_reviewed_list_whose_line_is_gone_is_named(tmp_path: Path) -> None:
    listed = tmp_path / "equivalent.toml"
    entry = '[[mutant]]\nfile = "a.py"\nline = "{}"\nchange = "not a -> a"\nreason = "r"\n'
    listed.write_text(entry.format("x = not a") + entry.format("y = not a"))
    assert EquivalentMutants(listed).stale({"a.py": Source("x = not a\n")}) == ["a.py: y = not a"]
