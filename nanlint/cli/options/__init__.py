"""The options of a run: each module holds one group, a dataclass whose fields are options of Typer."""
