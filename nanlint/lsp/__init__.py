"""The language server: a thin door to `nanlint.api` for editors. Nothing here is imported unless `nanlint lsp` runs."""
