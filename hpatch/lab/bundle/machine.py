"""What a bundle tells of the machine that a proof ran on."""

from __future__ import annotations

import os
import platform
from contextlib import suppress

from hpatch.lab.bundle.model import MachineFacts


def machine() -> MachineFacts:
    """This one."""
    told = os.uname()
    libc = " ".join(filter(None, platform.libc_ver()))
    return MachineFacts(
        kernel=f"{told.sysname} {told.release}",
        processor=told.machine,
        processors=len(os.sched_getaffinity(0)),
        distribution=_distribution(),
        libc=libc or None,
    )


def _distribution() -> str | None:
    with suppress(OSError, ValueError):
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    return None
