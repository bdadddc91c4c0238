"""The test suites of public projects, run by hand and by ``ci-kit run``, with the outcomes compared."""
