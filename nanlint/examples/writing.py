"""Short examples, written as what differs: the imports, the parameters and the body of one function."""

from __future__ import annotations


def module(imports: str, parameters: str, body: str) -> str:
    """The source of a module that defines `f`; the last line of the body is the expression that it returns."""
    *before, last = body.strip().split("\n")
    lines = [*before, f"return {last}"]
    return f"{imports}\n\n\ndef f({parameters}):\n" + "".join(f"    {line}\n" for line in lines)
