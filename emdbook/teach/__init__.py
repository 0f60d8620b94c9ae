"""Questions, cases, the pathway and self-tests: what a reader answers."""
