"""The files of a run as one program."""
