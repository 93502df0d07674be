"""Numbers and values: intervals, dtypes, the vocabulary of operations. No syntax, no framework."""
