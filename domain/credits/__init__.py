"""Credit notes: what the manufacturer pays, matched to the claims it pays for."""
