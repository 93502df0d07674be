"""Settings as users write them: what keys there are, where files are found, how they merge, and who said what.

`keys` declares every key as data; reading, merging, `--show-settings`, the JSON schema and the table of the
documentation are all derived from it.
"""
