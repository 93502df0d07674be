"""What rules share: where values come from, how near a pole they are, how formulas are read and fixes written."""
