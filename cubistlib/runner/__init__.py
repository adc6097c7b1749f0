"""Runs the notebooks of the series with a profile's parameters, and makes a page of them."""
