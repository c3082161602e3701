"""Write the mutants of modules as JSON; runs in the environment that has mutmut.

mutmut's operators make the mutants. Its runner is not used: it puts all mutants of a function into
its class, which `NamedTuple` refuses, and it has no rule for the text of error messages.

Left out by rule: docstrings, f-strings, whatever a `raise` says (its condition is in), annotations,
and `strict=` of a zip, which is an assertion of our own. Also mutmut's mutants that put None for a
value, since nearly each dies of a TypeError in the first test and only flatters the share.
"""

import json
import sys
from itertools import islice
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.pragma_handling import IgnoredCode

STRICT = m.Arg(keyword=m.Name("strict"))
LEFT_OUT = m.Raise() | m.FormattedString() | m.Decorator() | m.Import() | m.ImportFrom() | STRICT
PROPERTY = m.FunctionDef(decorators=[m.Decorator(m.Name("property"))])


def wrapped_string(node):
    """Mark the string, and leave its upper and lower case alone."""
    return islice(mutators.operator_string(node), 1)


def without_argument(node):
    """Drop one argument; `strict=` is not ours to drop."""
    if len(node.args) > 1:
        for i, arg in enumerate(node.args):
            if not m.matches(arg, STRICT):
                yield node.with_changes(args=[*node.args[:i], *node.args[i + 1 :]])


OPERATORS = [
    (cst.BaseNumber, mutators.operator_number),
    (cst.BaseString, wrapped_string),
    (cst.Name, mutators.operator_name),
    (cst.AugAssign, mutators.operator_augmented_assignment),
    (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    (cst.Call, without_argument),
    (cst.Lambda, mutators.operator_lambda),
    (cst.CSTNode, mutators.operator_keywords),
    (cst.CSTNode, mutators.operator_swap_op),
    (cst.IfExp, mutators.operator_if_exp),
]


class Visitor(MutationVisitor):
    """mutmut's visitor, which also enters properties and `len`, and leaves out what we say."""

    def _skip_node_and_children(self, node):
        if m.matches(node, LEFT_OUT) or m.matches(node, m.Expr(m.SimpleString())):
            return True
        if m.matches(node, PROPERTY | m.Call()):
            return False
        return super()._skip_node_and_children(node)


def mutants(code):
    """Every mutant of a module's code, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = Visitor(OPERATORS, IgnoredCode(set(), set(), set()))
    module = wrapper.visit(visitor)
    places, owners = wrapper.resolve(PositionProvider), owner_names(module)
    for mutation in visitor.mutations:
        whole = mutation.contained_by_top_level_function
        whole = whole if whole in owners else module
        changed = whole.deep_replace(mutation.original_node, mutation.mutated_node)
        place = places.get(mutation.original_node, places[whole])
        yield {
            "owner": owners.get(whole, ""),
            "first": places[whole].start.line if whole is not module else 1,
            "lines": [place.start.line, place.end.line],
            "old": text(whole),
            "new": text(changed),
        }


def text(node):
    """The code of a node alone, without the blank lines before it."""
    if isinstance(node, cst.FunctionDef):
        node = node.with_changes(leading_lines=[])
    return cst.Module([]).code_for_node(node)


def owner_names(module):
    """Qualified names of the functions and methods of a module."""
    names = {}
    for node in module.body:
        if isinstance(node, cst.FunctionDef):
            names[node] = node.name.value
        elif isinstance(node, cst.ClassDef):
            methods = (child for child in node.body.body if isinstance(child, cst.FunctionDef))
            names |= {method: f"{node.name.value}.{method.name.value}" for method in methods}
    return names


if __name__ == "__main__":
    target, *sources = map(Path, sys.argv[1:])
    for source in sources:
        found = list(mutants(source.read_text(encoding="utf-8")))
        (target / f"{source.stem}.json").write_text(json.dumps(found), encoding="utf-8")
