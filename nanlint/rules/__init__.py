"""The rules, one file each; `registry` finds them by walking this package, `selecting` those that are meant."""
