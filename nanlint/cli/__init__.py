"""The command line: `options` says what can be asked, `run` carries it, `pipeline` does it, `app` wires and exits."""
