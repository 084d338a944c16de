"""Templates are read for what is configuration in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import load, load_text
from hpatch.conf.templates.mask import template
from hpatch.conf.templates.placeholders import Placeholders
from hpatch.text import Source

JINJA = """\
{% for site in sites %}
{% if site.tls %}
<VirtualHost *:443>
{% else %}
<VirtualHost *:80>
{% endif %}
    ServerName {{ site.name }}
    {% if site.alias %}ServerAlias {{ site.alias }}{% endif %}

    {{ site.extra }}
</VirtualHost>
{% endfor %}
"""


@pytest.mark.parametrize(
    "text",
    [
        "{% if a %}\nListen 80\n{% else %}\nListen 81\n{% endif %}\n",
        "<% if a -%>\nListen 80\n<% else -%>\nListen 81\n<% end -%>\n",
        "<% if $a { -%>\nListen 80\n<% } else { -%>\nListen 81\n<% } -%>\n",
        "{{- if .a }}\nListen 80\n{{- else }}\nListen 81\n{{- end }}\n",
        "{{#a}}\nListen 80\n{{/a}}\n{{^a}}\nListen 81\n{{/a}}\n",
        "[% IF a %]\nListen 80\n[% ELSE %]\nListen 81\n[% END %]\n",
        "%{ if a ~}\nListen 80\n%{ else ~}\nListen 81\n%{ endif ~}\n",
    ],
)
def test_both_arms_are_read_and_uncertain(text: str) -> None:
    read = load_text(text + "Listen 82\n", name="ports.conf.j2")
    assert [(node.args, node.certain) for node in read.by_key["listen"]] == [("80", False), ("81", False), ("82", True)]
    assert list(read.by_key) == ["listen"]
    assert not read.problems


@pytest.mark.parametrize("name", ["a.conf.template", "a.tpl", "a.tmpl.conf", "a.envsubst", "a.conf.in"])
def test_envsubst_fills_in_what_begins_with_a_dollar(name: str) -> None:
    text = "Listen $PORT\nListen $IP:80\n<VirtualHost $IP:$PORT>\nServerName $host\n</VirtualHost>\n"
    read = load_text(text, name=name)
    assert not read.problems
    assert read.as_written is not None
    assert [(node.key, read.as_written(node.args)) for node in read.nodes] == [
        ("listen", "$PORT"),
        ("<virtualhost", "$IP:$PORT>"),
    ]
    assert "${" in read.nodes[0].args
    assert [node.args for node in load_text(text, name="a.conf").by_key["listen"]] == ["$PORT", "$IP:80"]


@pytest.mark.parametrize("piece", ["{{ name }}", "<%= @name %>", "@NAME@", "%%NAME%%", "{{name}}", "[% name %]"])
def test_a_word_to_fill_in_is_an_undefined_variable_of_the_same_length(piece: str) -> None:
    text = f"ServerName www.{piece}.example\n"
    read = load_text(text, name="a.conf.in")
    (node,) = read.by_key["servername"]
    assert len(node.args) == len(text) - len("ServerName \n")
    assert "${" in node.args
    assert read.as_written is not None
    assert read.as_written(node.args) == f"www.{piece}.example"
    assert node.word_place(0).column == 12
    assert not read.problems


def test_of_arms_that_open_different_sections_one_is_read() -> None:
    read = load_text(JINJA, name="vhosts.conf.j2")
    (host,) = read.by_key["<virtualhost"]
    assert host.argument == "*:443"
    assert [node.key for node in host.children or ()] == ["servername", "serveralias"]
    assert host.place.line == 3
    (file,) = read.templates.values()
    assert (file.lines, file.unjudged) == (11, 7)
    assert not read.whole
    assert not read.problems


def test_a_line_that_the_template_makes_is_set_aside() -> None:
    read = load_text("{{ all }}\n{{ key }} value\nListen 80\n", name="a.j2")
    assert list(read.by_key) == ["listen"]
    assert read.templates["a.j2"].unjudged == 2


def test_a_template_without_a_line_to_judge_is_a_problem() -> None:
    (problem,) = load_text("# only code\n{% include 'x' %}\n", name="a.j2").problems
    assert (problem.kind, problem.fatal, problem.place.line) == ("template", True, 2)


@pytest.mark.parametrize(
    "line",
    [
        'LogFormat "%h %{%Y-%m-%d}t %{User-Agent}i %%" short',
        "RewriteRule ^/a{2,3}$ /%{REQUEST_URI} [L]",
        'Substitute "s|@HOST@|www.example.com|"',
        "ServerAdmin webmaster@example.com",
        'Header set NEL "{\\"a\\":{\\"b\\":1}}"',
        "# {{ not code }}",
    ],
)
def test_httpds_own_signs_make_no_template(line: str) -> None:
    assert template(Source("httpd.conf", line + "\n"), Placeholders()) is None
    assert not load_text(line + "\n").templates


def test_an_include_of_a_template_is_not_followed() -> None:
    read = load_text("ServerName {{ x }}\nInclude /no/such/file.conf\n", name="a.conf.j2")
    assert not read.problems
    assert read.templates["a.conf.j2"].unjudged == 1


def test_a_wrong_end_of_a_section_outside_arms_is_still_a_problem() -> None:
    read = load_text("<Location /a>\nRequire user {{ x }}\n</Directory>\n", name="b.conf.j2")
    assert [problem.kind for problem in read.problems][:1] == ["section"]


@pytest.mark.parametrize("text", ["<VirtualHost *:80>\nServerName {{ x }}\n", "ServerName {{ x }}\n</VirtualHost>\n"])
def test_the_other_end_of_a_section_may_be_in_another_template(text: str) -> None:
    (problem,) = load_text(text, name="head.conf.j2").problems
    assert (problem.kind, problem.fatal) == ("section", False)
    assert problem.message.endswith("in this template; another may have the other end")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ServerName {{ a -}}\n  .example\nListen 80\n", ["listen"]),
        ("ServerName <%= a -%>\n.example\nListen 80\n", ["listen"]),
        ("ServerName a{{- b }}\nListen 80\n", ["servername", "listen"]),
        ("ServerName a\n\n  {{- b }}\nListen 80\n", ["listen"]),
        ("ServerName a\n[%- IF b -%]\nServerAlias b\n[%- END %]\nListen 80\n", ["listen"]),
        ("ServerName a %{ if b ~}\n\n c\n%{ endif }\nListen 80\n", ["listen"]),
        ("ProxyPass /a {% if b -%}\nhttp://a/\n{%- else -%}\nhttp://b/\n{%- endif %}\nListen 80\n", ["listen"]),
        ("Listen 81{%- for a in b -%}\n  http\n{%- endfor %}\nListen 80\n", ["listen"]),
        ("ServerName a\n{%- if b -%}\nServerAlias b\n{%- endif %}\nListen 80\n", ["listen"]),
        ("ServerName a\n{{- if .b -}}\nServerAlias b\n{{- end }}\nListen 80\n", ["listen"]),
    ],
)
def test_lines_that_become_one_are_set_aside(text: str, left: list[str]) -> None:
    read = load_text(text, name="a.conf.j2")
    assert list(read.by_key) == left
    assert read.by_key["listen"][-1].args == "80"
    assert not read.problems


@pytest.mark.parametrize(
    "text",
    [
        "ServerName a\n{%- if b %}\nServerAlias b\n{%- endif %}\nListen 80\n",
        "ServerName a\n{% if b -%}\n  ServerAlias b\n{% endif -%}\nListen 80\n",
        "ServerName a\n<%- if b -%>\nServerAlias b\n<%- end -%>\nListen 80\n",
        "ServerName a\n{{- if .b }}\nServerAlias b\n{{- end }}\nListen 80\n",
        'ServerName a\n{{- include "x" . | nindent 4 }}\nServerAlias b\nListen 80\n',
        "ServerName <%= a -%>\n\nServerAlias b\nListen 80\n",
        "ServerName a\n\n[%- IF b -%]\n\nServerAlias b\n[% END %]\nListen 80\n",
        "<%# Names\n  -%>\nServerName a\n<%\n  b = 1\n-%>\nServerAlias <%= b %>\nListen 80\n",
        "ServerName a\n# {{ b -}}\n\nServerAlias b\nListen 80\n",
    ],
)
def test_code_on_lines_of_its_own_joins_nothing(text: str) -> None:
    read = load_text(text, name="a.conf.j2")
    assert list(read.by_key) == ["servername", "serveralias", "listen"]
    assert not read.problems


def test_a_section_is_read_even_if_its_line_is_joined() -> None:
    read = load_text("<Location /a>\n{%- if b -%}\nRequire local\n{%- endif %}\n</Location>\n", name="a.conf.j2")
    assert list(read.by_key) == ["<location", "require"]
    assert not read.problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if a %}\n<IfDefine X>\n{% endif %}\nListen 1\n", [("1", ["Y", "X"])]),
        ("{% if a %}\n<IfModule core.c>\n{% endif %}\nListen 1\n", [("1", ["Y"])]),
        ("{% if a %}\n<IfDefine X>\nListen 1\n{% endif %}\n", [("1", ["Y", "{% if a %}", "X"])]),
        (
            "{% if a %}\n<IfDefine X>\n{% endif %}\nListen 1\n{% if b %}\n</IfDefine>\nListen 2\n{% endif %}\n",
            [("1", ["Y", "X"]), ("2", ["Y", "{% if b %}"])],
        ),
    ],
)
def test_an_arm_ends_before_the_conditional_that_opens_in_it(
    tmp_path: Path, text: str, expected: list[tuple[str, list[str]]]
) -> None:
    (tmp_path / "a.conf.j2").write_text(text)
    (tmp_path / "httpd.conf").write_text("<IfDefine Y>\nInclude a.conf.j2\nListen 3\n</IfDefine>\nListen 4\n")
    found = [
        (node.args, [one.text.removeprefix("<IfDefine ").removesuffix(">") for one in node.conditions])
        for node in load(str(tmp_path / "httpd.conf")).walk()
    ]
    assert found == [*expected, ("3", ["Y"]), ("4", [])]
