"""Controls: what no one would propose as an algorithm, but every comparison needs."""
