"""`hpatch backport propose`."""

import itertools
import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import history as shared
from hpatch.cli.options import status as status_path
from hpatch.cli.options import tree as trees
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from email.headerregistry import Address

    from hpatch.backport.history.revisions import Revisions
    from hpatch.backport.proposal.proposal import Proposal
    from hpatch.report.backport.proposal import Insertion, ProposalReport

_EXAMPLES = """
Examples:

  hpatch backport propose r1892805 --repo ~/src/httpd
  hpatch backport propose 1919620,1919621 --insert ~/2.4.x/STATUS --vote jdoe
  hpatch backport propose r1592037 --patch r1592037.patch --dry-run
  hpatch backport propose r1892805 --vote jdoe --format mail | sendmail -t
  hpatch backport propose r1892805 --branch up --format github > pull-request.md
  hpatch backport propose 3f2a9c1 --repo ~/src/other --trunk main --onto 2.x

hpatch inserts nothing that the branch has, that the file already proposes, or that does not merge. If it does not
merge, merge by hand, publish the patch, and name its URL with --at. To propose again with a later fix, run 'hpatch
backport remove' first.

--branch makes a branch in the repository, with a commit for each revision: its author and date, and its message with
its origin. It changes neither the work tree nor the index, and no branch that is there. --format github writes the
pull request: the title in the first line, then the body. It needs no --at, also where the change does not merge.

Exit codes: 0 proposed; 1 refused, with the reason; 2 wrong usage; 3 a repository, revision or STATUS cannot be read;
4 a program failed, or a file cannot be written.
"""
_BUILD = "Build (--build)"


def _command(
    revisions: Annotated[
        list[str], typer.Argument(metavar="REV...", help="Revisions of trunk: r1592037, 1592037,1592511, or a commit.")
    ],
    repo: shared.Repo = ".",
    onto: shared.Onto = "2.4.x",
    trunk: shared.Trunk = "trunk",
    mergeinfo: shared.Mergeinfo = None,
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="The entry's title. The default comes from the log message.")
    ] = "",
    vote: Annotated[str | None, typer.Option(metavar="NAME", help="Add your +1 under this name.")] = None,
    insert: Annotated[
        Path | None, typer.Option(metavar="STATUS", help="Append the entry to the proposals in this STATUS file.")
    ] = None,
    patch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the change to this file, as a patch to the branch (patch -p0)."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Make this branch in the repository, with a commit for each revision."),
    ] = None,
    at: Annotated[
        str, typer.Option(metavar="URL", help="The URL of the branch's own patch or pull request, for reviewers.")
    ] = "",
    style: Annotated[
        Literal["2014", "2020", "2023", "2024"], typer.Option(help="The form of the entry, as in this year.")
    ] = "2024",
    sender: Annotated[
        str,
        typer.Option(
            "--from", metavar="ADDRESS", help="With --format mail, the sender. The default comes from --vote."
        ),
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="ADDRESS", help="With --format mail, the recipient. The default is the developers' list."
        ),
    ] = "",
    build: Annotated[
        bool,
        typer.Option(
            "--build", help="Build the branch with the change, and run its scenarios.", rich_help_panel=_BUILD
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    format: Annotated[
        Literal["text", "mail", "github", "json"], typer.Option("--format", "-f", help="The output format.")
    ] = "text",
    verbose: Verbose = False,
) -> int:
    """Propose a merge: the STATUS entry, the patch, a mail, and the checks."""
    from hpatch.backport.proposal import evidence
    from hpatch.backport.proposal.branch import checked
    from hpatch.backport.proposal.proposal import Wish, make, proposed
    from hpatch.cli.backport import branching
    from hpatch.report.backport.proposal import ProposalReport

    _valid(title, vote, at)
    envelope = _envelope(sender, vote, to) if format == "mail" else None
    history = shared.revisions(repo, onto, trunk, mergeinfo)
    chosen = history.find(revisions)
    wish = Wish(" ".join(title.split()), at, style, vote)
    if branch is not None:
        checked(history, branch)
    proposal = make(history, chosen, wish)
    place = _place(history, proposal)
    shown = list(evidence.gather(proposal, place))
    if build:
        from hpatch.cli.backport import building as backport_build

        shown += backport_build.tried(history, proposal)
    path = None if insert is None else status_path.find(insert, None)
    ahead = path is None and (branch is not None or format == "github")  # the patch is yet to be published
    refused = _refused(proposal, branch, ahead=ahead) or ("" if ahead or path is not None else proposal.proposed)
    if ahead and proposal.proposed and not refused:
        shown.append(evidence.Evidence("proposed", "note", proposal.proposed))
    with nullcontext() if path is None or dry_run or refused else trees.held(path.parent):
        if path is not None:
            refused = refused or proposed(status_path.parse(path, status_path.read(path)), proposal.revisions)
        # The patch and the branch first: an entry that promises what could not be written would be worse.
        written = _patched(proposal, patch, place, dry_run) if patch is not None else None
        with branching.made(history, proposal, None if refused else branch, dry_run=dry_run) as made:
            insertion = None if path is None or refused else _inserted(path, proposal.entry, dry_run)
    answer = ProposalReport(
        proposal=proposal,
        place=place,
        evidence=tuple(shown),
        refused=refused,
        insertion=insertion,
        patch=written,
        made=made,
        dry_run=dry_run,
    )
    _write(answer, format, envelope)
    return 1 if refused else 0


def _refused(proposal: "Proposal", branch: str | None, *, ahead: bool) -> str:
    """Why it is refused, whatever STATUS has. `ahead`: the entry need not tell where the patch is."""
    refused = proposal.pointless if branch is None else proposal.unmade
    return refused or ("" if ahead else proposal.refused)


def _valid(title: str, vote: str | None, at: str) -> None:
    """Raises UsageError for what cannot stand in an entry."""
    from hpatch.backport.status.file import is_name

    if vote is not None and not is_name(vote):
        raise UsageError(f"--vote: '{vote}' is not the name of a committer")
    if at and not re.fullmatch(r"https?://[^\s<>]+", at):
        raise UsageError(f"--at: '{at}' is not a URL")
    if title and not title.isprintable():
        raise UsageError("--title: contains characters that cannot be printed")


def _envelope(sender: str, vote: str | None, to: str) -> "tuple[Address, Address]":
    """Sender and recipient. Raises UsageError."""
    from hpatch.report.backport.mail import LIST

    if not sender and vote is None:
        raise UsageError("--format mail needs a sender; give --from ADDRESS, or --vote NAME for NAME@apache.org")
    return _address("--from", sender or f"{vote}@apache.org"), _address("--to", to or LIST)


def _address(option: str, text: str) -> "Address":
    from hpatch.report.backport.mail import address

    found = address(text)
    if found is None:
        raise UsageError(f"{option}: '{text}' is not an address; write it like 'Jane Doe <jdoe@example.org>'")
    return found


def _place(history: "Revisions", proposal: "Proposal") -> str:
    tip = history.commit(history.onto.commit)
    return f"{proposal.branch} at {history.onto.commit[:12] if tip is None else tip.name}"


def _inserted(path: Path, entry: str, dry_run: bool) -> "Insertion":
    from hpatch.backport.status import file as status_file
    from hpatch.report.backport.proposal import Insertion

    data = status_path.read(path)
    status = status_path.parse(path, data)
    text = status_file.apply(status.text, status_file.propose(status, entry))
    if not dry_run:
        status_path.write(path, data, text)
    return Insertion(str(path), path.name, data, status_path.encoded(text))


def _patched(proposal: "Proposal", file: Path, place: str, dry_run: bool) -> str | None:
    """Write the patch; None where there is none to write."""
    if proposal.patch is None:
        return None
    names = ", ".join(one.name for one in proposal.revisions)
    head = f"{names} of trunk, for {place}. For patch -p0, svn patch or git apply -p0.\n\n"
    if not dry_run:
        output.write_bytes(head.encode("utf-8", "replace") + proposal.patch, str(file))
    return str(file)


def _write(answer: "ProposalReport", format: str, envelope: "tuple[Address, Address] | None") -> None:
    """The answer to standard output; what a mail or a pull request does not tell, to standard error."""
    from datetime import UTC, datetime

    from hpatch.report.backport import github, mail
    from hpatch.report.backport.proposal import written
    from hpatch.report.common.renderer import FORMS, Form

    forms: dict[str, Form[ProposalReport]] = {**FORMS, "github": github.form}
    if envelope is not None:
        forms["mail"] = mail.form(*envelope, datetime.now(UTC))
    if format not in FORMS:
        for line in itertools.chain((visible(answer.refused),) if answer.refused else (), *written(answer)):
            print(f"hpatch: {line}", file=sys.stderr)
        if answer.refused:
            return
    output.show(answer, forms, format)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "propose", _command, _EXAMPLES)
