"""HTTP in, command or query, JSON out: one family of endpoints a file, the access rule beside each route."""
