"""What the package costs, measured beside what a reader would reach for instead: `nox -s bench`."""
