# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Known ways out of a Jinja sandbox: none of them leads from a spec to what the process holds."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from jinja2 import pass_context

from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

CANARY = "vault-password-canary"
OPTIONS = "options: {out: {type: anything}, text: {type: str, default: t}}\n"

FROM_TEMPLATE = "config: {out: \"{{ 't.j2' | template }}\"}\n"

# Each of them is tried as the value of an option and inside a template file.
EXPRESSIONS = {
    "format: closure": "'{0.__closure__[1].cell_contents}'.format(lookup)",
    "format: globals": "'{0.__globals__[os].environ}'.format(lookup)",
    "format: class": "'{0.__class__.__mro__[1]}'.format('')",
    "format: class by number": "'{.__class__}'.format('')",
    "format: named": "'{f.__code__.co_consts}'.format(f=lookup)",
    "format: conversion": "'{0.__class__!r}'.format('')",
    "format: function itself": "'{0}'.format(lookup)",
    "format: function by repr": "'{0!r}'.format(lookup)",
    "format: inside a format": "'{0:{1.__class__}}'.format('', '')",
    "format: bound method": "'{0.__self__}'.format('x'.upper)",
    "format: builtin of a method": "'{0.__func__.__globals__}'.format(config.keys)",
    "format: itself": "'{0.__globals__}'.format('x'.format)",
    "format: its formatter": "'{0.formatter.attribute.__globals__}'.format('x'.format)",
    "format: by key": "'{0.__closure__}'['format'](lookup)",
    "format: by attr": "('{0.__closure__}' | attr('format'))(lookup)",
    "format: by map": "(['{0.__closure__}'] | map(attribute='format') | first)(lookup)",
    "format: of an option": "('{0.__closure__}' ~ config.text).format(lookup)",
    "format: of safe text": "('{0.__closure__}' | safe).format(lookup)",
    "format: of escaped text": "('{0.__closure__}' | escape).format(lookup)",
    "format: of forced text": "('{0.__closure__}' | forceescape).format(lookup)",
    "format: kept in a mapping": "{'f': '{0.__closure__}'.format}.f(lookup)",
    "format_map": "'{f.__closure__}'.format_map({'f': lookup})",
    "format_map: class": "'{a.__class__.__base__}'.format_map({'a': ''})",
    "format_map: by key": "'{f.__closure__}'['format_map']({'f': lookup})",
    "format_map: of safe text": "('{f.__closure__}' | safe).format_map({'f': lookup})",
    "format_map: not a mapping": "'{__class__}'.format_map(lookup)",
    "percent": "'%s' % lookup",
    "percent: by repr": "'%r' % [lookup][0]",
    "percent: mapping": "'%(f)s' % {'f': lookup}",
    "percent: filter": "'%s' | format(lookup)",
    "percent: filter with a name": "'%(f)r' | format(f=lookup)",
    "attr: class": "'' | attr('__class__')",
    "attr: joined name": "'' | attr('__cl' ~ 'ass__')",
    "attr: escaped name": "'' | attr('\\x5f\\x5fclass\\x5f\\x5f')",
    "attr: replaced name": "'' | attr('XXclassXX' | replace('X', '_'))",
    "attr: formatted name": "'' | attr('%sclass%s' | format('__', '__'))",
    "attr: of a function": "lookup | attr('__closure__') | first",
    "attr: of a chain": "'' | attr('__class__') | attr('__mro__') | last",
    "item: class": "''['__class__']",
    "item: joined": "''['__' ~ 'class' ~ '__']['__base__']['__subclasses__']()",
    "item: of a function": "lookup['__globals__']",
    "item: of a number": "(1)['__class__']",
    "item: of a list": "[]['__class__']",
    "item: of an option": "config.text['__class__']",
    "item: init of a mapping": "config['__init__']['__globals__']",
    "chain: mro": "''.__class__.__mro__[1].__subclasses__()",
    "chain: base": "().__class__.__base__.__subclasses__()",
    "chain: bases": "{}.__class__.__bases__[0]",
    "chain: number": "(1).__class__",
    "chain: boolean": "true.__class__",
    "chain: method": "''.join.__self__",
    "chain: builtin": "''.upper.__class__",
    "chain: function": "lookup.__globals__",
    "chain: default arguments": "lookup.__defaults__",
    "chain: annotations": "lookup.__annotations__",
    "chain: undefined": "nothing_such.__class__.__init__.__globals__",
    "map: attribute": "[''] | map(attribute='__class__') | list",
    "map: dotted": "[lookup] | map(attribute='__closure__.0.cell_contents') | list",
    "map: attr": "[''] | map('attr', '__class__') | list",
    "selectattr": "[lookup] | selectattr('__globals__') | list",
    "rejectattr": "[''] | rejectattr('__class__', 'string') | list",
    "groupby": "[''] | groupby('__class__') | list",
    "sort": "['a', 'b'] | sort(attribute='__class__.__name__') | list",
    "unique": "['a', 'b'] | unique(attribute='__class__') | list",
    "sum": "[lookup] | sum(attribute='__closure__')",
    "min": "['a', 'b'] | min(attribute='__class__')",
    "max": "['a', 'b'] | max(attribute='__doc__')",
    "join": "[''] | join(',', attribute='__class__')",
    "cycler": "cycler.__init__.__globals__.os",
    "cycler: instance": "cycler('a').__init__.__globals__",
    "cycler: next": "cycler('a').next.__func__.__globals__",
    "cycler: items": "cycler(lookup).items",
    "joiner": "joiner.__init__.__globals__.os",
    "joiner: instance": "joiner(',').__call__.__globals__",
    "namespace": "namespace.__init__.__globals__.os",
    "namespace: instance": "namespace(a=1).__class__",
    "namespace: its items": "namespace(a=1)._Namespace__attrs",
    "lipsum": "lipsum.__globals__.os.environ",
    "lipsum: called": "lipsum(1)",
    "dict": "dict.__base__.__subclasses__()",
    "dict: constructor": "dict.fromkeys.__self__",
    "dict: subscripted": "dict['x'].__origin__",
    "range": "range.__globals__",
    "range: instance": "range(3).__class__",
    "range: too long": "range(100000000) | list",
    "names: self": "self.__init__.__globals__",
    "names: environment": "environment.globals",
    "names: context": "context.environment",
    "names: request": "request.application.__globals__",
    "names: imports": "__import__('os').environ",
    "names: builtins": "__builtins__.open('/etc/passwd').read()",
    "names: open": "open('/etc/passwd').read()",
    "names: self of the context": "_self.environment",
    "generator: frame": "([1] | map('string')).gi_frame.f_back",
    "generator: frame by attr": "[1] | map('string') | attr('gi_frame') | attr('f_globals')",
    "generator: code": "([1] | select('odd')).gi_code",
    "generator: format": "'{0.gi_frame.f_globals}'.format([1] | map('string'))",
    "coroutine": "lookup.cr_frame.f_globals",
    "async generator": "([1] | map('string')).ag_frame",
    "traceback": "lookup.__traceback__.tb_frame",
    "closure: method of the callable": "lookup.call.__self__",
    "closure: variables": "lookup.variables",
    "closure: partial": "('x'.replace).func.__globals__",
    "closure: wrapped": "lookup.__wrapped__",
    "config: compute": "config._compute.__closure__",
    "config: site": "config.site.evaluation",
    "config: method": "config.items.__self__.__class__",
    "config: taint": "config.taint.__self__",
    "options: evaluation": "options.text.evaluation.language",
    "host: read": "host.read.__class__",
    "host: method": "host.get.__self__.__class__",
    "pkgs: make": "pkgs.make.__self__",
    "package: class": "pkgs.git.__class__",
    "package: fields": "pkgs.git.__dataclass_fields__",
    "package: format": "'{0.__class__.__init__.__globals__}'.format(pkgs.git)",
    "lib: function": "lib.file.mkOutOfStoreSymlink.__globals__",
    "lib: default": "lib.file.mkOutOfStoreSymlink.__code__",
    "omit: class": "omit.__class__",
    "place: path": "(config.text | subpath('x')).path.__class__",
    "bytes: decode": "('x'.encode()).decode",
}

TEMPLATES = {
    "self": "{% block a %}x{% endblock %}{{ self.__init__.__globals__ }}",
    "self: context": "{{ self._TemplateReference__context.environment }}",
    "self: block": "{% block a %}x{% endblock %}{{ self.a.__func__.__globals__ }}",
    "super": "{% block a %}{{ super.__init__.__globals__ }}{% endblock %}",
    "super: stack": "{% block a %}{{ super._stack[0].__globals__ }}{% endblock %}",
    "caller": "{% macro m() %}{{ caller.__init__.__globals__ }}{% endmacro %}{% call m() %}x{% endcall %}",
    "caller: function": "{% macro m() %}{{ caller._func.__globals__ }}{% endmacro %}{% call m() %}x{% endcall %}",
    "macro": "{% macro m() %}x{% endmacro %}{{ m._environment.globals }}",
    "macro: function": "{% macro m() %}x{% endmacro %}{{ m._func.__globals__ }}",
    "macro: format": "{% macro m() %}x{% endmacro %}{{ '{0._func.__globals__}'.format(m) }}",
    "macro: varargs": "{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1) }}",
    "macro: kwargs": "{% macro m() %}{{ kwargs.__class__ }}{% endmacro %}{{ m(a=1) }}",
    "loop": "{% for i in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "loop: iterator": "{% for i in [1] %}{{ loop._iterator.__class__ }}{% endfor %}",
    "loop: method": "{% for i in [1] %}{{ loop.cycle.__func__.__globals__ }}{% endfor %}",
    "loop: format": "{% for i in [1] %}{{ '{0._undefined.__init__}'.format(loop) }}{% endfor %}",
    "loop: recursive": "{% for i in [1] recursive %}{{ loop._recurse.__globals__ }}{% endfor %}",
    "namespace: set": "{% set n = namespace() %}{% set n.f = lookup %}{{ n.f.__globals__ }}",
    "set: kept method": "{% set f = '{0.__closure__}'.format %}{{ f(lookup) }}",
    "set: block with filter": "{% set f | attr('__class__') %}x{% endset %}{{ f }}",
    "filter block": "{% filter attr('__class__') %}x{% endfilter %}",
    "with": "{% with f = lookup %}{{ f.__globals__ }}{% endwith %}",
    "do": "{% do lookup.__globals__ %}",
    "import": "{% import 'mine.j2' as m %}{{ m.__class__ }}",
    "import: body": "{% import 'mine.j2' as m %}{{ m._body_stream }}",
    "import: with format": "{% import 'mine.j2' as m %}{{ '{0.__init__.__globals__}'.format(m) }}",
    "import: name of a list": "{% import ['/etc/passwd'] as m %}x",
    "extends: undefined": "{% extends nothing_such.__class__ %}",
    "include: function": "{% include lookup %}",
    "autoescape": "{% autoescape true %}{{ '{0.__closure__}'.format(lookup) }}{% endautoescape %}",
}


class Holder:
    """What a function of the play's holds: nothing of it may come out."""

    password = CANARY


def variable(name: str, default: Any) -> Any:
    """The play's variables: one function, whose closure leads to a secret."""
    holder = Holder()

    @pass_context
    def call(_context: Any, *terms: Any) -> Any:
        return "looked up" if holder.password and terms else ""

    return call if name == "lookup" else default


def outcome(value: Any, expression: str, **files: str) -> str:
    """The value of the option, as text, or what was wrong."""
    try:
        return repr(with_deep_stack(lambda: value("out", OPTIONS + expression, variable=variable, files=files)))
    except (SpecError, SpecErrors) as error:
        return f"refused: {error}"


def nothing_came_out(said: str) -> bool:
    """Whether the spec was refused, or has a value that shows nothing of the process: unknown names in a list are such."""
    return CANARY not in said and (
        said.startswith("refused: ") or not re.search(r"<|object|class|module|function", said)
    )


def quoted(expression: str) -> str:
    return "config: {out: '{{ " + expression.replace("'", "''") + " }}'}\n"


def test_what_is_allowed_works(value):
    allowed = {
        "'{0} {1[a]} {b:>3}'.format('x', {'a': 'y'}, b='z')": "x y   z",
        "'{a.b}'.format_map({'a': {'b': 'c'}})": "c",
        "'%s %02d' % ('a', 3)": "a 03",
        "'%s' | format('a')": "a",
        "lookup('x')": "looked up",
        "['a', 'b'] | map('upper') | join('+')": "A+B",
        "'{0.mainProgram}'.format(pkgs.git)": "git",
        "['b', 'a'] | sort | join(',')": "a,b",
        "[{'n': 1}, {'n': 2}] | map(attribute='n') | sum": 3,
        "'ab'.ljust(4) ~ '|'": "ab  |",
        "dict(a=1).a": 1,
    }
    for expression, expected in allowed.items():
        assert value("out", OPTIONS + quoted(expression), variable=variable) == expected, expression


@pytest.mark.slow
@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
def test_an_expression_does_not_get_out(value, expression):
    said = outcome(value, quoted(expression))
    assert nothing_came_out(said), said


@pytest.mark.slow
@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
def test_an_expression_in_a_template_does_not_get_out(value, expression):
    said = outcome(value, FROM_TEMPLATE, **{"t.j2": "{{ (" + expression + ") | string }}"})
    assert nothing_came_out(said), said


@pytest.mark.slow
@pytest.mark.parametrize("text", TEMPLATES.values(), ids=list(TEMPLATES))
def test_the_statements_of_a_template_do_not_get_out(value, text):
    files = {"t.j2": text, "mine.j2": "{% set a = 1 %}x"}
    said = outcome(value, FROM_TEMPLATE, **files)
    assert nothing_came_out(said), said
    assert os.environ["PATH"] not in said
