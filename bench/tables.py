"""Write `grammars/tables`: the terminals that every lint needs, as Lark makes them (`python -m bench.tables`).

Run it after a change of one of these grammars.
"""

from __future__ import annotations

from hpatch import grammar, resources

GRAMMARS = {"httpd": "file", "proxy": "words"}
"""The start of each grammar."""


def main() -> None:
    """Write every table."""
    folder = resources.folder("grammars") / "tables"
    folder.mkdir(exist_ok=True)
    for name, start in GRAMMARS.items():
        path = folder / f"{name}.txt"
        path.write_text(grammar.table(name, start), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
