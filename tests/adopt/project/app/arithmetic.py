"""A part of the application that needs no database."""


def double(number: int) -> int:
    return 2 * number
