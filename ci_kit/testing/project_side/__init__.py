"""A program that ci-kit runs in the project's own Python, which may be older than ci-kit's.

Python runs the folder, not the package. Its modules import nothing from ci_kit, and the imports of the
project do not find them.
"""
