"""An accepted proposal brought into a working copy of the branch: the files, STATUS, CHANGES, the commit message."""
