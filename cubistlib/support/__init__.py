"""What every room needs and none is about: checks, files, paths, provenance, threads."""
