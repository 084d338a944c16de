"""The reader, on what the comparison with httpd (test_oracle.py) cannot show: options, problems, places."""

import os
from pathlib import Path

import pytest

from hpatch.conf import limits, reader
from hpatch.conf.base import Surroundings
from hpatch.conf.load import Options, load, load_source, load_text
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration
from hpatch.text import Source
from hpatch.versions import Version
from tests.support.conf.brief import messages


def outline(configuration: Configuration) -> list[str]:
    """Each node as `name args`, indented by depth."""
    return [f"{' ' * sum(1 for _ in node.ancestors())}{node.name} {node.args}" for node in configuration.walk()]


def kinds(configuration: Configuration) -> list[tuple[str, int]]:
    return [(problem.kind, problem.place.line) for problem in configuration.problems]


def test_names_are_spelt_as_httpd_spells_them() -> None:
    assert outline(load_text("servername X\n<virtualHOST *:80>\n ProxyPASS / !\n nonsense\n</VIRTUALhost>\n")) == [
        "ServerName X",
        "<VirtualHost *:80>",
        " ProxyPass / !",
        " nonsense ",
    ]


def test_places() -> None:
    text = '# c\n  ProxyPass "/a b" \\\n   http://h/ timeout=5  \n<Location /x>\nRequire all granted\n</Location>\n'
    first, section, _ = load_text(text).walk()
    assert first.place[1:] == (2, 3, 3, 23)
    assert first.line == 3
    assert section.place[1:] == (4, 1, 4, 14)
    assert section.argument == "/x"
    assert section.word_place(0)[1:] == (4, 11, 4, 13)


def test_what_ends_a_name_and_a_line() -> None:
    text = "Listen\t 80\t\r\n\rA  b\r c \n\n # x\n<Location\t/a>\nFoo-Bar\n</Location>\nB"
    nodes = list(load_text(text).walk())
    assert [(node.name, node.args, node.words, node.line, node.place[1:]) for node in nodes] == [
        ("Listen", "80", ["80"], 1, (1, 1, 1, 11)),
        ("A", "b\r c", ["b", "c"], 2, (2, 2, 2, 9)),
        ("<Location", "/a>", ["/a"], 5, (5, 1, 5, 14)),
        ("Foo-Bar", "", [], 6, (6, 1, 6, 8)),
        ("B", "", [], 8, (8, 1, 8, 2)),
    ]


def test_word_places() -> None:
    (node,) = load_text("  ProxyPass '/a' http://h/\n").nodes
    assert [place[1:] for place in node.word_places()] == [(1, 13, 1, 17), (1, 18, 1, 27)]


def test_word_places_over_continuation_lines() -> None:
    (node,) = load_text("  ProxyPass /a \\\r\n   http://h/ \\\n max\\\n=5\n").nodes
    assert [place[1:] for place in node.word_places()] == [(1, 13, 1, 15), (2, 4, 2, 13), (3, 2, 4, 3)]


def test_after_an_error_it_goes_on() -> None:
    configuration = load_text(
        "<VirtualHost *>\n<Location /a>\nA\n</VirtualHost>\nUse nothing\n</Directory>\n"
        "<IfModule x\nB\n</IfModule>\n<Proxy *>\nC\n"
    )
    assert kinds(configuration) == [("section", 4), ("macro", 5), ("section", 6), ("conditional", 7), ("section", 10)]
    assert not configuration.built
    place, message = configuration.problems[0].related[0]
    assert (place.line, message) == (2, "<Location> was opened here")
    assert [node.name for node in configuration.walk()] == ["<VirtualHost", "<Location", "A", "B", "<Proxy", "C"]


def test_unknown_conditionals_are_read_and_marked() -> None:
    text = "<IfModule mod_x.c>\nA\n<IfDefine Y>\nB\n</IfDefine>\n</IfModule>\n<IfModule !mod_x.c>\nC\n</IfModule>\nD\n"
    configuration = load_text(text)
    assert [(node.name, len(node.conditions)) for node in configuration.walk()] == [
        ("A", 1),
        ("B", 2),
        ("C", 1),
        ("D", 0),
    ]
    assert [condition.verdict for condition in configuration.conditions] == [None, None, None]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (Options(modules=Modules(["x_module"]), defines=()), ["A ", "D "]),
        (Options(modules=Modules(complete=True), defines=()), ["C ", "D "]),
        (Options(modules=Modules(["mod_x.c"]), defines=("Y",)), ["A ", "B ", "D "]),
    ],
)
def test_options_decide_conditionals(options: Options, expected: list[str]) -> None:
    text = "<IfModule mod_x.c>\nA\n<IfDefine Y>\nB\n</IfDefine>\n</IfModule>\n<IfModule !mod_x.c>\nC\n</IfModule>\nD\n"
    configuration = load_text(text, options)
    assert outline(configuration) == expected
    assert all(node.certain for node in configuration.walk())


def test_a_module_that_the_configuration_loads_is_there() -> None:
    configuration = load_text("LoadModule x_module modules/mod_x.so\n<IfModule mod_x.c>\nA\n</IfModule>\n")
    assert outline(configuration) == ["A "]
    assert configuration.modules.paths == {"x_module": "modules/mod_x.so"}


def test_a_module_loaded_in_an_undecided_conditional_is_not_known() -> None:
    text = "<IfDefine Y>\nLoadModule x_module x.so\n</IfDefine>\n<IfModule x_module>\nA\n</IfModule>\n"
    (node,) = load_text(text).walk()
    assert not node.certain


@pytest.mark.parametrize(
    ("condition", "version", "read"),
    [
        (">= 2.4.10", "2.4.62", True),
        (">= 2.4.10", "2.4.9", False),
        ("!>= 2.4.10", "2.4.9", True),
        ("= /^2\\.4/", "2.4.9", True),
        ("= //", "2.4.9", True),
        ("= /", "2.4.9", None),
        ("2.4", "2.4.9", False),
        ("> 2.4", "2.4.9", True),
        ("< 2.5", None, None),
    ],
)
def test_if_version(condition: str, version: str | None, read: bool | None) -> None:
    options = Options(version=Version.parse(version) if version else None)
    configuration = load_text(f"<IfVersion {condition}>\nA\n</IfVersion>\n", options)
    assert configuration.conditions[0].verdict is read
    assert bool(configuration.nodes) is (read is not False)


def test_variables_come_from_define_then_the_environment() -> None:
    options = Options(environment={"A": "env", "B": "env"}, defines=("C=given",))
    configuration = load_text("Define A defined\nX ${a} ${B} ${C} ${D} ${D} ${with:colon}\n", options)
    assert outline(configuration) == ["X defined env given ${D} ${D} ${with:colon}"]
    (problem,) = configuration.problems
    assert (problem.kind, problem.fatal, problem.place.line) == ("variable", False, 2)
    assert '"${D}"' in problem.message


def test_a_macro_knows_where_it_is_used() -> None:
    text = "<Macro m $a>\n# left out\n  X $a\n</Macro>\n\nUse m 1\nUse m 2\n"
    first, second = load_text(text).walk()
    assert (first.args, first.line, first.place[1:]) == ("1", 1, (3, 3, 3, 7))
    assert first.used_at is not None
    assert second.used_at is not None
    assert (first.used_at.line, second.used_at.line) == (6, 7)
    assert first.frame.name == 'macro \'m\' (defined on line 1 of "test.conf") used on line 6 of "test.conf"'


def test_macros_cannot_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MACRO_LINES", 10_000)
    doubling = "".join(f"<Macro m{n + 1}>\nUse m{n}\nUse m{n}\n</Macro>\n" for n in range(60))
    configuration = load_text(f"<Macro m0>\n</Macro>\n{doubling}Use m60\n")
    assert [kind for kind, _ in kinds(configuration)] == ["unreadable"]
    assert "macros expand to more than 10,000 lines: hpatch stops" in configuration.problems[0].message


def test_variables_cannot_grow_without_bound() -> None:
    doubling = "".join(f"Define v{n + 1} ${{v{n}}}${{v{n}}}\n" for n in range(60))
    assert kinds(load_text(f"Define v0 x\n{doubling}"))[0] == ("syntax", 25)


def test_includes_in_httpds_order(tmp_path: Path) -> None:
    for name in ("10.conf", "9.conf", "a.conf", "B.conf", ".hidden.conf", "x.txt"):
        (tmp_path / name).write_text(f"X {name}\n")
    main = tmp_path / "main"
    main.write_text("Include *.conf\nIncludeOptional none/*.conf\nIncludeOptional missing\n")
    configuration = load(str(main))
    assert outline(configuration) == ["X 10.conf", "X 9.conf", "X B.conf", "X a.conf"]
    assert set(configuration.sources) == {str(main)} | {
        str(tmp_path / name) for name in ("10.conf", "9.conf", "a.conf", "B.conf")
    }


def test_an_include_that_finds_nothing(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.write_text("Include gone.conf\nInclude *.gone\nInclude nowhere/*.conf\nX\n")
    configuration = load(str(main))
    assert kinds(configuration) == [("unreadable", 1), ("include", 2), ("include", 3)]
    assert outline(configuration) == ["X "]


def test_a_file_that_includes_itself(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.write_text(f"X\nInclude {main}\nInclude {main}\n")
    configuration = load(str(main))
    assert kinds(configuration) == [("include", 2)]
    assert configuration.directives == 129


def test_relative_names_stay_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "a.conf").write_text("X\n")
    (tmp_path / "main").write_text("Include conf.d\n")
    monkeypatch.chdir(tmp_path)
    assert list(load("main").sources) == ["main", "conf.d/a.conf"]


@pytest.mark.parametrize("path", ["missing", ".", "/dev/zero"])
def test_a_main_file_that_cannot_be_read(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kinds(load(path)) == [("unreadable", 1)]


def test_a_server_root_that_is_not_here(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("X\n")
    main = tmp_path / "main"
    main.write_text("ServerRoot /nowhere/at/all\nInclude a.conf\n")
    assert outline(load(str(main))) == ["X "]
    assert load(str(main)).built
    assert not load(str(main), Options(check_files=True)).built
    assert load(str(main), Options(check_files=True, server_root=str(tmp_path))).built


def test_htaccess_files_may_not_define(tmp_path: Path) -> None:
    path = tmp_path / ".htaccess"
    path.write_text("Define A b\n<IfModule mod_x.c>\nX\n</IfModule>\n")
    assert kinds(load(str(path))) == [("syntax", 1)]


def test_a_deep_nest_of_conditionals() -> None:
    depth = 5_000
    text = "<IfModule core_module>\n" * depth + "X\n" + "</IfModule>\n" * depth
    assert outline(load_text(text)) == ["X "]


def test_sections_left_open_in_a_true_conditional() -> None:
    configuration = load_text("<IfModule core.c>\n<Location /a>\nX\n")
    assert configuration.built
    assert kinds(configuration) == [("section", 2), ("section", 1)]


def test_a_conditional_left_open() -> None:
    """httpd accepts the end of the file in it only if the condition holds."""
    configuration = load_text("<IfDefine A>\n<IfDefine B>\nX\n</IfDefine>\n")
    assert configuration.built
    assert kinds(configuration) == [("unclosed", 1)]
    assert "refuses to start unless" in configuration.problems[0].message


def test_a_copy_of_a_server_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/a.conf").write_text("Listen 80\n")
    main = tmp_path / "conf/httpd.conf"
    main.write_text("ServerRoot /no/such/folder\nInclude conf.d/*.conf\n")
    for folder, path in ((tmp_path, main), (tmp_path, "conf/httpd.conf"), (main.parent, "httpd.conf")):
        monkeypatch.chdir(folder)
        configuration = load(str(path))
        assert [node.name for node in configuration.walk()] == ["Listen"]
        assert kinds(configuration) == [("include", 1)]
        assert configuration.built


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        (f"a\nx {'y' * 204}", [("syntax", 2)]),
        (f"x {'y' * 203}", []),
        (f"x {'y' * 204}\n", []),
        (f"x {'y' * 205}", []),
        (f"x {'é' * 102}", [("syntax", 1)]),
        (f"# {'y' * 204}", []),
        (" " * 206, []),
        (f"a {'b' * 204}\nx {'y' * 204}", []),
    ],
)
def test_a_last_line_that_httpd_loses(text: str, lost: list[tuple[str, int]]) -> None:
    configuration = load_text(text)
    assert kinds(configuration) == lost
    assert [node.name for node in configuration.nodes].count("x") == (not lost and "x " in text)
    assert configuration.built


@pytest.mark.parametrize("extra", [0, 1])
def test_longest_line_of_a_macro(extra: int) -> None:
    """mod_macro's buffer holds 8192 bytes, of which the line feed and the end take two."""
    text = f"<Macro m $x>\nx {'y' * (8188 + extra)}\n</Macro>\nUse m 1\n"
    assert ("macro", 1) in kinds(load_text(text)) if extra else load_text(text).built


@pytest.mark.parametrize("extra", [0, 1])
def test_longest_line_that_a_macro_makes(extra: int) -> None:
    text = f"<Macro m $x>\nx $x\n</Macro>\nUse m {'y' * (8188 + extra)}\n"
    assert load_text(text).built == (not extra)


def test_a_macro_may_begin_with_its_parameter() -> None:
    assert outline(load_text("<Macro m $x>\n$x b\n</Macro>\nUse m a\n")) == ["a b"]


def test_a_nul_ends_a_continued_line() -> None:
    assert outline(load_text("a \\\n\0b\nc\n")) == ["a ", "c "]


# Files, and the names under which they are shown


def test_a_text_is_read_beside_the_file_that_it_is_named_after(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("A\n")
    assert outline(load_source(Source(f"{tmp_path}/httpd.conf", "Include a.conf\n"))) == ["A "]


def test_a_main_file_behind_a_link_is_read_wherever_it_leads(tmp_path: Path) -> None:
    for folder in ("given", "other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "other/main.conf").write_text("A\n")
    (tmp_path / "given/httpd.conf").symlink_to("../other/main.conf")
    configuration = load(str(tmp_path / "given/httpd.conf"), Options(given=Surroundings(outside=False)))
    assert (outline(configuration), configuration.problems) == (["A "], [])


def test_a_pipe_is_a_main_file_but_no_included_one(tmp_path: Path) -> None:
    def piped(text: str) -> str:
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        opened.append(reading)
        return f"/dev/fd/{reading}"

    opened: list[int] = []
    assert outline(load(piped("A\n"))) == ["A "]
    main = tmp_path / "httpd.conf"
    main.write_text(f"Include {piped('B')}\n")
    configuration = load(str(main))
    assert outline(configuration) == []
    assert "not a regular file" in configuration.problems[0].message
    for each in opened:
        os.close(each)


def test_a_path_that_an_include_gives_in_full_is_shown_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "httpd.conf").write_text(f"Include {tmp_path}/none.conf\n")
    monkeypatch.chdir(tmp_path)
    assert f'"{tmp_path}/none.conf"' in load("httpd.conf").problems[0].message


def shown(configuration: Configuration) -> list[tuple[str, str | None]]:
    """The files, each with the link that leads to it."""
    return [(file.name, file.link) for file in configuration.files]


def test_how_files_and_links_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("etc", "etc/on", "etc/all"):
        (tmp_path / folder).mkdir()
    (tmp_path / "etc/all/a.conf").write_text("A\n")
    (tmp_path / "etc/on/a.conf").symlink_to("../all/a.conf")
    (tmp_path / "etc/httpd.conf").write_text("Include {}/on/*.conf\nInclude {}/all/*.conf\n".replace("{}", "/etc"))
    monkeypatch.chdir(tmp_path)
    options = Options(given=Surroundings(root="."))
    expected = [("etc/httpd.conf", None), ("etc/all/a.conf", "etc/on/a.conf"), ("etc/all/a.conf", None)]
    assert shown(load("etc/httpd.conf", options)) == expected
    configuration = load("etc/../etc/httpd.conf", options)
    assert shown(configuration)[0] == ("etc/../etc/httpd.conf", None)
    assert [node.frame.name for node in configuration.walk()] == ["etc/on/a.conf", "etc/all/a.conf"]
    (tmp_path / "etc/httpd.conf").write_text("Include on/*.conf\nInclude all/*.conf\n")
    assert shown(load("etc/httpd.conf")) == expected


def test_a_main_file_that_its_includes_tell_from_a_part(tmp_path: Path) -> None:
    """It says which modules are loaded only then: until its end, the others are unknown."""
    (tmp_path / "modules.conf").write_text("LoadModule unixd_module modules/mod_unixd.so\n")
    (tmp_path / "web.conf").write_text("Include modules.conf\nListen 80\n<IfModule mod_x.c>\nA\n</IfModule>\n")
    options = Options(modules=Modules(complete=True, static=["mod_so.c"]))
    configuration = load(str(tmp_path / "web.conf"), options)
    assert (configuration.main, configuration.modules.complete) == (True, True)
    assert [condition.verdict for condition in configuration.conditions] == [None]


# Templates and other programs' files


def test_a_template_without_a_line_has_nothing_to_judge() -> None:
    configuration = load_text("{# nothing yet #}\n", name="a.conf.j2")
    assert [file.lines for file in configuration.templates.values()] == [0]
    assert configuration.problems == []


@pytest.mark.parametrize(("name", "named"), [("a.conf.j2", True), ("a.conf", False)])
def test_whether_a_files_name_says_that_it_is_a_template(name: str, named: bool) -> None:
    (file,) = load_text("ServerName {{ name }}\nServerAlias {{ more }}\n", name=name).templates.values()
    assert file.named == named


def test_a_binary_file_has_no_evidence() -> None:
    (problem,) = load_text("\x7fELF\x02\x01" + "\0" * 20 + "\n").problems
    assert problem.message == "this looks like a program (ELF), not a configuration of httpd"


# Sections that are closed wrongly


def places(configuration: Configuration) -> list[str]:
    """Each directive with the sections around it, and how many conditions it has."""
    return [
        " ".join(
            [*(parent.name[1:] for parent in reversed(list(node.ancestors()))), node.name, str(len(node.conditions))]
        )
        for node in configuration.walk()
        if not node.name.startswith("<")
    ]


@pytest.mark.parametrize(
    ("text", "read", "said"),
    [
        ("<xa>\nB\n</a>\nC\n</xa>\nD\n", ["xa B 0", "xa C 0", "D 0"], [(3, 'expected "</xa>" but found "</a>"')]),
        (
            "<VirtualHost *>\n<Location /a>\n<IfModule core.c>\n<Proxy *>\n</VirtualHost>\nA\n</Proxy>\n</IfModule>\n"
            "B\n</Location>\nC\n</VirtualHost>\nD\n",
            ["VirtualHost Location Proxy A 0", "VirtualHost Location B 0", "VirtualHost C 0", "D 0"],
            [(5, 'expected "</Proxy>" but found "</VirtualHost>"')],
        ),
        (
            "<IfModule core.c>\n<IfDefine X>\n<Proxy *>\n</IfModule>\nA\n</Proxy>\n</IfDefine>\nB\n</IfModule>\nC\n",
            ["Proxy A 1", "B 0", "C 0"],
            [(4, 'expected "</Proxy>" but found "</IfModule>"')],
        ),
        ("<IfDefine X>\nxxIfDefine>\nA\n</IfDefine>\nB\n", ["xxIfDefine 1", "A 1", "B 0"], []),
    ],
)
def test_what_a_wrong_end_closes(text: str, read: list[str], said: list[tuple[int, str]]) -> None:
    configuration = load_text(text)
    assert places(configuration) == read
    assert messages(configuration) == said


def test_the_conditional_around_an_end_that_closes_nothing() -> None:
    (problem,) = load_text("<IfModule core.c>\n<IfDefine X>\n</Proxy>\n</IfDefine>\n</IfModule>\n").problems
    assert [(place.line, said) for place, said in problem.related] == [(2, "<IfDefine> was opened here")]


def test_a_directive_of_a_module_that_is_not_loaded_is_not_executed() -> None:
    options = Options(modules=Modules(complete=True, static=["mod_so.c"]), environment={"V": "m"})
    configuration = load_text("use m\nuse ${V}\n<macro m>\nA\n</macro>\n", options)
    assert (outline(configuration), messages(configuration)) == (["use m", "use m", "<macro m>", " A "], [])


@pytest.mark.parametrize(("length", "read"), [(38, True), (39, False)])
def test_the_longest_line_with_its_variables(monkeypatch: pytest.MonkeyPatch, length: int, read: bool) -> None:
    monkeypatch.setattr(reader, "MAX_LINE", 40)
    name = "y" * (length // 2)
    options = Options(environment={"V": name})
    found = load_text(f"x ${{V}}${{V}}{'z' * (length % 2)}\n", options)
    assert [node.args for node in found.nodes] == [name * 2 if read else "${V}${V}z"]
    assert messages(found) == ([] if read else [(1, "the line becomes too long when its variables are expanded")])


def test_a_file_with_all_that_is_odd() -> None:
    text = "A\nB ${V}\nC\0c\nD\vd\nE\fe\nF \\\nf\nG \\\r\ng\nH\n"
    configuration = load_text(text, Options(environment={"V": "v"}))
    assert outline(configuration) == ["A ", "B v", "C ", "D d", "E e", "F f", "G g", "H "]


def test_a_condition_of_a_template_within_one_line() -> None:
    configuration = load_text("{% if x %}Listen 80{% endif %}\nListen 81\n", name="a.conf.j2")
    assert [(node.args, node.certain) for node in configuration.walk()] == [("80", False), ("81", True)]


def test_a_text_may_stand_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/real.conf").write_text("ServerName old\n")
    (tmp_path / "link.conf").symlink_to("sites/real.conf")
    main = tmp_path / "httpd.conf"
    main.write_text("Include link.conf\n")
    texts = {str(tmp_path / "sites/real.conf"): "ServerName new\n"}
    read = load(str(main), Options(texts=texts))
    assert [node.args for node in read.find("servername")] == ["new"]


def test_a_file_that_is_read_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.inc").write_text("KeepAlive On\n")
    main = tmp_path / "httpd.conf"
    main.write_text("Include a.inc\n")
    assert not load(str(main)).rereads
    main.write_text("Include a.inc\nInclude a.inc\n")
    assert load(str(main)).rereads
