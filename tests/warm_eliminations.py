"""Loaded before sweeps of the search that goes down are forked; see `warm`."""

import eliminations

eliminations.tiny().run([0])
