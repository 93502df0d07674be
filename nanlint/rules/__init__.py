"""The rules, one file each; `nanlint.rules.registry` finds them by walking this package."""
