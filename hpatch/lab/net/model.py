"""What the net speaks of, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal, Protocol

from hpatch.lab.client import Script
from hpatch.lab.model import Scheme, Transport
from hpatch.lab.net.h2 import StreamRequest
from hpatch.lab.replies import ClientReply
from hpatch.records import NamedTuple

Facts = Mapping[str, str]
"""What is to stay as it is, by name: `status`, `body`, `backend.request`. Nothing that changes by itself."""


Front = Literal["HTTP/1.1", "HTTP/2", "WebSocket"]
"""What a client speaks with httpd."""


class Way(NamedTuple):
    """How requests reach a backend."""

    scheme: Scheme
    transport: Transport
    front: Front = "HTTP/1.1"

    @property
    def name(self) -> str:
        """In words."""
        plain = f"{self.scheme} {self.transport}"
        return plain if self.front == "HTTP/1.1" else f"{plain} ({self.front})"

    @property
    def place(self) -> str:
        """The same, as a part of paths and numbers."""
        plain = f"{self.scheme}-{self.transport}"
        return plain if self.front == "HTTP/1.1" else f"{plain}-{self.front.lower().replace('/', '')}"

    @property
    def path(self) -> str:
        """Where httpd maps it."""
        return f"/{self.place}/"

    @property
    def patient(self) -> str:
        """Where httpd maps it and waits long for an answer."""
        return f"/{self.place}-patient/"

    @property
    def kept(self) -> str:
        """Where httpd maps it and keeps its connections to the backend."""
        return f"/{self.place}-kept/"

    @property
    def nobody(self) -> str:
        """Where httpd maps the same to where no backend is."""
        return f"/{self.place}-nobody/"

    @property
    def configured(self) -> str:
        """Where httpd maps it with more directives than ProxyPass."""
        return f"/{self.place}-configured/"

    @property
    def handled(self) -> str:
        """Where httpd hands it on by SetHandler."""
        return f"/{self.place}-handled/"

    @property
    def raw(self) -> str:
        """Where httpd maps it and passes on the path as it came."""
        return f"/{self.place}-raw/"

    @property
    def balanced(self) -> str:
        """Below which httpd maps it to balancers."""
        return f"/{self.place}-balanced/"


class Bench(Protocol):
    """What a trial works with: one httpd, and one way through it."""

    @property
    def way(self) -> Way:
        """The way."""

    def order(self, **wishes: str | int) -> str:
        """A request header that tells the backend what to do; `backend.py` knows the wishes."""

    def converse(self, script: Script, *methods: str) -> tuple[ClientReply, ...]:
        """Send a script on a connection of its own; the responses to requests with these methods (GET)."""

    def exchange(self, *rounds: Sequence[StreamRequest]) -> tuple[ClientReply, ...]:
        """Send requests over one connection of HTTP/2, those of a round at once; their responses, in their order."""

    def crowd(self, requests: Sequence[bytes]) -> Sequence[tuple[bytes, bool]]:
        """Send requests on a connection each, all at once; what came for each, and whether its end was in order."""

    def heard(self, came: bool) -> bool:
        """Tell the backend that the client has heard the first part of a response; a step of a script."""

    def restart(self) -> bool:
        """Let the server begin anew, in order; whether it is ready again in time."""

    def logged(self) -> bool:
        """Whether the error log has what the backend complained of in this trial."""

    def leave(self, script: Script) -> None:
        """Send a script, hear what it waits for, and reset the connection."""

    def seen(self, count: int = 1) -> Facts:
        """What the backend saw of this trial's requests, of which there are so many."""


class NetTrial(NamedTuple):
    """One thing to try. `name` says what the client or the backend does; the `group` is that of its module.

    `schemes` are those that it makes sense for; () for all.
    """

    group: str
    name: str
    play: Callable[[Bench], Facts]
    schemes: tuple[Scheme, ...] = ()


class LargeTrial(NetTrial):
    """One that moves so many bytes that few are to be played at once."""


_LARGE = 1 << 20


def trial_of(size: int) -> type[NetTrial]:
    """The kind of a trial that moves so many bytes."""
    return LargeTrial if size >= _LARGE else NetTrial


class Difference(NamedTuple):
    """A fact that is another one after the change; "" where there is no such fact."""

    way: str
    group: str
    trial: str
    fact: str
    before: str
    after: str

    @property
    def name(self) -> str:
        """What a set names that is to change it."""
        return f"{self.group}: {self.trial}"


class Figure(NamedTuple):
    """Something measured on both sides: its name and unit, the values, and whether the second is worse for certain."""

    name: str
    unit: str
    before: float
    after: float
    worse: bool


class NetResult(NamedTuple):
    """What the net saw: by which ways, how many trials were played on each side, what differs, and the figures.

    `unsteady` are the trials that differ from play to play already on the side before: they tell little. `untried` are
    the ways that could not be tried, each with the reason.
    """

    ways: tuple[str, ...]
    trials: int
    differences: tuple[Difference, ...]
    figures: tuple[Figure, ...]
    unsteady: tuple[str, ...]
    seconds: float
    untried: tuple[str, ...] = ()

    def unexpected(self, changes: Sequence[str] = ()) -> tuple[str, ...]:
        """What is not as it was, by its name: all but what these patterns name."""
        names = (*(one.name for one in self.differences), *(one.name for one in self.figures if one.worse))
        return tuple(
            dict.fromkeys(name for name in names if not any(fnmatchcase(name, pattern) for pattern in changes))
        )
