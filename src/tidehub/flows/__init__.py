"""The only place where capabilities meet: each flow is a short ordered list."""
