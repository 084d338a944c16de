"""What is said of an expression that does not parse, in full and at its place."""

from __future__ import annotations

import re

import pytest

from hpatch.conf.expressions.parse import parse

SAID = r"""
[]
    the expression is empty
[%{HTTP_HOST}]
    the expression ends after "%{HTTP_HOST}": a value without an operator is not a condition
    help: To test that it is not empty, write -n %{HTTP_HOST}.
['a']
    the expression ends after "'a'": a value without an operator is not a condition
'a' [=]
    the expression ends after "=": a value is missing
true [and]
    the expression ends after "and": a condition is missing
[-R]
    the expression ends after "-R": a value is missing
'a' [=~]
    the expression ends after "=~": a regular expression is missing
'a' [-in]
    the expression ends after "-in": a list such as {"a", "b"} is missing
'a' = [b]
    "b" is neither a variable nor text in quotes
    help: Write 'b' for text.
[HTTPS] = 'on'
    "HTTPS" is neither a variable nor text in quotes
    help: Write %{HTTPS} for a variable, or 'HTTPS' for text.
[NOT] true
    "NOT" is not an operator
    help: Write "not": operators are in lower case.
true [OR] true
    "OR" is not an operator
    help: Write "or": operators are in lower case.
'a' [contains] 'b'
    "contains" is not an operator
'a' =~ ['^/b']
    "=~" needs a regular expression, not "'^/b'"
    help: Write m#^/b#.
'a' =~ ["b"]
    "=~" needs a regular expression, not ""b""
    help: Write /b/.
'a' !~ ['%{HTTPS}']
    "!~" needs a regular expression, not "'%{HTTPS}'"
    help: A regular expression stands between slashes, and cannot contain variables.
'a' =~ [$1]
    "=~" needs a regular expression, not "$1"
'a' == [/b/]
    "==" compares with text, and "/b/" is a regular expression
    help: Use =~ to match a regular expression. If this is text, put it in quotes.
'a' == [/b]
    a regular expression has no "/" at its end
    help: If this is text, put it in quotes.
'a' =~ [m#b]
    a regular expression has no "#" at its end
[/a/] = 'b'
    an expression cannot start with "/a/"
[(]'a' = 'b'
    a "(" has no ")"
req('a' [=] 'b'
    "=" cannot follow "'a'": ")" is expected
'a' in [{]'b'
    a "{" has no "}"
'a' in ['b']
    "'b'" cannot follow "in": a list such as {"a", "b"} is expected
true [true]
    "true" cannot follow "true": an operator is expected
%{HTTPS} [%{HTTP_HOST}] = 'a'
    "%{HTTP_HOST}" cannot follow "%{HTTPS}": an operator is expected
'a' = ["b]
    a string has no " at its end
%{HTTPS[ ]= 'a'
    " " cannot stand in the name of a variable
[%{HTTPS]
    a "%{" has no "}"
[%{req:a]
    a "%{" has no "}"
[%{req:}] = 'a'
    "%{req:}" has no argument
$0 =~ [m_a_]
    "=~" needs a regular expression, not "m_a_"
%{req:[']a'} = 'b'
    a ' cannot stand in the argument of %{name:argument}
'a' = [\]"b\"
    "\" has no meaning in an expression
    help: Use single quotes inside an expression.
'a' = 'b[\]
    a backslash has nothing after it to escape
'[\8]' = 'b'
    "\8" is not an octal number of one to three digits
'[\1234]' = 'b'
    "\1234" is not an octal number of one to three digits
'[\777]' = 'b'
    "\777" is more than \377
'a' [|] 'b'
    "|" has no meaning in an expression
'a' = [tolower]
    "tolower" is neither a variable nor text in quotes
    help: Write 'tolower' for text.
'a' in [foo]
    "foo" is neither a variable nor text in quotes
    help: Write 'foo' for text.
[Foo]
    "Foo" is neither a variable nor text in quotes
    help: Write 'Foo' for text.
[FOO_1]
    "FOO_1" is neither a variable nor text in quotes
    help: Write %{FOO_1} for a variable, or 'FOO_1' for text.
'a' = [ON]
    "ON" is neither a variable nor text in quotes
    help: Write %{ON} for a variable, or 'ON' for text.
'a' [EQ] 'b'
    "EQ" is not an operator
    help: Write "eq": operators are in lower case.
([AND])
    "AND" is not an operator
    help: Write "and": operators are in lower case.
[and]
    an expression cannot start with "and"
[\]"a\"
    "\" has no meaning in an expression
'a' [.]
    the expression ends after ".": a value is missing
[  ]
    the expression is empty
[/b]
    a regular expression has no "/" at its end
    help: If this is text, put it in quotes.
[%{:a}]
    "%{:a}" has no name
'a' = [%{}]
    "%{}" has no name
'a' = [%{req:}]
    "%{req:}" has no argument
'a' =~ ['b'] and true
    "=~" needs a regular expression, not "'b'"
    help: Write /b/.
'a' =~ ['']
    "=~" needs a regular expression, not "''"
    help: A regular expression stands between slashes, and cannot contain variables.
'a' =~ [tolower]('b')
    "=~" needs a regular expression, not "tolower"
'a' =~ m#b# [m#c#]
    "m#c#" cannot follow "m#b#": an operator is expected
'a' == [m#b#i]
    "==" compares with text, and "m#b#i" is a regular expression
    help: Use =~ to match a regular expression. If this is text, put it in quotes.
-n [/b/]
    "/b/" cannot follow "-n": a value is expected
'a' -eq [/b/]
    "/b/" cannot follow "-eq": a value is expected
'a' in [/b/]
    "/b/" cannot follow "in": a list such as {"a", "b"} is expected
([(]true
    a "(" has no ")"
[(](true)
    a "(" has no ")"
[(]true
    a "(" has no ")"
[(]'a' in {'b'} and (true)
    a "(" has no ")"
'a' in [{]'b','c'
    a "{" has no "}"
'a' in {'b'[,]
    the expression ends after ",": a value is missing
'a' in {tolower('b'[}]
    "}" cannot follow "'b'": ")" is expected
'a' in {'b'[)]
    ")" cannot follow "'b'": "}" is expected
tolower[(]'a'
    a "(" has no ")"
tolower(tolower[(]'a'
    a "(" has no ")"
tolower('a'[)]
    the expression ends after ")": a value without an operator is not a condition
true[)]
    a ")" has no "("
'a' = 'b'[)]
    a ")" has no "("
tolower('a')[)]
    ")" cannot follow ")": an operator is expected
'a' in split[(]'a'
    a "(" has no ")"
[(]
    the expression ends after "(": a condition is missing
[not]
    the expression ends after "not": a condition is missing
'%{HTTPS}' ['%{HTTP_HOST}'] = 'a'
    "'%{HTTP_HOST}'" cannot follow "'%{HTTPS}'": an operator is expected
%{req:%{HTTPS}} [%{req:a%{HTTPS}}] = 'a'
    "%{req:a%{HTTPS}}" cannot follow "%{req:%{HTTPS}}": an operator is expected
'%{req:a%{HTTPS}}' [%{HTTPS}]
    "%{HTTPS}" cannot follow "'%{req:a%{HTTPS}}'": an operator is expected
true [%{HTTPS}] %{HTTPS}
    "%{HTTPS}" cannot follow "true": an operator is expected
'a' = [)]
    ")" cannot follow "=": a value is expected
[=] 'a'
    an expression cannot start with "="
[{]'a'} = 'b'
    an expression cannot start with "{"
['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    the expression ends after "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'": a value without an operator is not a condition
true ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" cannot follow "true": an operator is expected
['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    the expression ends after "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...": a value without an operator is not a condition
true ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..." cannot follow "true": an operator is expected
"""
"""Expressions with the mistake between brackets, and what is said of each."""

CASES = [tuple(case.split("\n    ")) for case in re.split(r"\n(?! )", SAID.strip("\n"))]


@pytest.mark.parametrize(("marked", "said"), [(case[0], case[1:]) for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_said(marked: str, said: tuple[str, ...]) -> None:
    text = marked.replace("[", "").replace("]", "")
    expression = parse(text)
    mistake = expression.mistake
    assert mistake is not None
    assert expression.elements == ()
    assert f"{text[: mistake.start]}[{text[mistake.start : mistake.end]}]{text[mistake.end :]}" == marked
    assert (mistake.message, *([] if mistake.help is None else [f"help: {mistake.help}"])) == said


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("'a' = '" + "b" * 8192 + "'", "b" * 8192, "a string has 8192 bytes or more"),
        ("'a' =~ /" + "b" * 8192 + "/", "/", "a regular expression has 8192 bytes or more"),
        ("'a' ==\r'b'", "\r", '"\r" has no meaning in an expression'),
    ],
    ids=["string", "regex", "return"],
)
def test_what_is_said_of_texts_that_are_long_or_not_seen(text: str, where: str, says: str) -> None:
    mistake = parse(text).mistake
    assert mistake is not None
    assert (text[mistake.start : mistake.end], mistake.message, mistake.help) == (where, says, None)
