"""All expected errors, as one tree. Each message says what happened, where, and what to do.

The command line turns an error into one line on stderr and an exit code; nothing else catches these errors.
"""


class HpatchError(Exception):
    """An expected failure. `exit_code` is the exit code of the process."""

    exit_code = 70


class UsageError(HpatchError):
    """The command was called in a way that cannot work (exit 2)."""

    exit_code = 2


class InputError(HpatchError):
    """An input could not be read or parsed (exit 3)."""

    exit_code = 3


class ToolError(HpatchError):
    """A program or server that is needed is missing or failed (exit 4)."""

    exit_code = 4
