"""What a proof has done by now, and what httpd's error logs said."""

from __future__ import annotations

from pathlib import Path

from hpatch.lab import logs
from hpatch.lab.diary import Diary, LogExcerpt, LogMessage
from hpatch.lab.model import GatewaySpec

BEFORE, AFTER = GatewaySpec("httpd", Path("/b/httpd")), GatewaySpec("httpd", Path("/a/httpd"))
HEAD = "[Sun Nov 29 10:00:00.1 2026] [proxy_fcgi:{}] [pid 7:tid 8] [client 127.0.0.1:33{}] "


def line(level: str, text: str, port: int = 1) -> str:
    return f"{HEAD.format(level, port)}{text}\n"


def test_equal_messages_are_one_and_only_the_serious_are_kept() -> None:
    text = (
        line("error", "AH01075: Error dispatching request to 127.0.0.1:4567: (sending stdin)")
        + line("error", "AH01075: Error dispatching request to 127.0.0.1:4568: (sending stdin)", 2)
        + line("crit", "AH00003: lost /tmp/a/http.16.sock:0")
        + line("info", "AH00001: starting")
        + line("warn", "no number 12")
        + line("warn", "no number 13")
        + "[Sun Nov 29 10:00:00 2026] [core:notice] [pid 7:tid 8] AH00052: child pid 9 exit signal Segmentation fault\n"
        + "==9==ERROR: AddressSanitizer: heap-use-after-free\nanything else\n"
    )
    diary = Diary()
    diary.begin("net")
    diary.kept("before", BEFORE)
    diary.kept("after", AFTER)
    diary.log(AFTER, text)
    diary.log(BEFORE, line("info", "AH00001: starting"))
    assert diary.excerpts() == (
        LogExcerpt(
            "net",
            "after",
            (
                LogMessage("error: AH01075: Error dispatching request to 127.0.0.1:PORT: (sending stdin)", 2),
                LogMessage("crit: AH00003: lost /tmp/a/http.sock:0", 1),
                LogMessage("warn: no number 12", 2),
                LogMessage("notice: AH00052: child pid 9 exit signal Segmentation fault", 1),
                LogMessage("==9==ERROR: AddressSanitizer: heap-use-after-free", 1),
            ),
            0,
        ),
    )


def test_a_log_of_many_kinds_is_cut() -> None:
    diary = Diary()
    diary.log(BEFORE, "".join(line("error", f"AH{number:05}: {'x' * 500}") for number in range(300)))
    (found,) = diary.excerpts()
    assert (len(found.messages), found.left_out) == (200, 100)
    assert {len(message.text) for message in found.messages} == {300}


def test_steps_follow_one_another() -> None:
    diary = Diary()
    tell = diary.listening(lambda what, detail: heard.append((what, detail)))
    heard: list[tuple[str, str]] = []
    diary.begin("build before")
    tell("before", "one")
    tell("before", "two")
    assert heard == [("before", "one"), ("before", "two")]
    assert [(one.name, one.detail) for one in diary.steps()] == [("build before", ""), ("before", "two")]
    assert all(one.seconds >= 0 for one in diary.steps())


def test_nobody_hears_of_logs_who_did_not_ask() -> None:
    heard: list[str] = []
    with logs.heard(lambda spec, text: heard.append(text)):
        hear = logs.listening()
        assert hear is not None
        hear(BEFORE, "a log")
    assert (heard, logs.listening()) == (["a log"], None)
