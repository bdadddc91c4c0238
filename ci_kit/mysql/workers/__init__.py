"""The servers or databases of the workers that run the tests of one run at the same time."""
