"""What methods write that the run did not come to, those of a class from another file above all."""

from __future__ import annotations

import libcst as cst

from nanlint.interp.objects import Class
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.nodes import walk
from nanlint.reasoning.storage import attribute_name, owner_of


def written_unseen(parameter: Event, trace: Trace) -> bool:
    """A method of its owner's class that did not run writes in place into the attribute that holds the parameter."""
    owner, name = owner_of(parameter), attribute_name(parameter)
    if owner is None or not name:
        return False
    ran = {id(event.site.frame.node) for event in trace.events}
    classes = [entry.node for entry in owner.of.ancestry() if isinstance(entry, Class)]
    methods = [part for node in classes for part in node.body.body if isinstance(part, cst.FunctionDef)]
    return any(_writes(method, name) for method in methods if id(method) not in ran)


def _writes(method: cst.FunctionDef, name: str) -> bool:
    """`self.name.data.copy_(x)`, `init.normal_(self.name)`, `self.name.data = x`."""
    for node in walk(method.body):
        match node:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=called))) if called.endswith("_"):
                written: list[cst.CSTNode] = [node]
            case cst.Assign(targets=targets):
                written = [target.target for target in targets if _stores(target.target, name)]
            case _:
                continue
        if any(_is_attribute(part, name) for target in written for part in walk(target)):
            return True
    return False


def _stores(target: cst.CSTNode, name: str) -> bool:
    return isinstance(target, cst.Subscript) or (
        isinstance(target, cst.Attribute) and target.attr.value in (name, "data")
    )


def _is_attribute(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value == name
