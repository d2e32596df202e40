#!/usr/bin/env python3
"""Holds the #include lines of the program against the tables in docs/architecture.md.

The block `layers` names the folders of each level: a file includes its own folder and lower levels only. The block
`libraries` names the files in which a library's headers may appear. There are no exceptions.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def block(document, name):
    """The lines of the fenced block of that name, each as its words."""
    found = re.search(rf"^```{name}\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    if not found:
        sys.exit(f"docs/architecture.md has no ```{name} block")
    return [line.split() for line in found.group(1).splitlines() if line.strip()]


def sources(root):
    """Every source of the program with its name as an include line would write it ("registry/sql.h")."""
    for top, base in (("daemon", root / "daemon"), ("collectors", root)):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path, path.relative_to(base).as_posix()


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    document = (root / "docs/architecture.md").read_text(encoding="utf-8")
    level = {folder: int(row[0]) for row in block(document, "layers") for folder in row[1:]}
    homes = {row[0]: row[1:] for row in block(document, "libraries")}

    problems = []
    for path, name in sources(root):
        folder = name.split("/")[0].removesuffix(".cpp")  # main.cpp is a folder of its own
        if folder not in level:
            problems.append(f"{path}: the folder {folder} has no level")
            continue
        for style, target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            other = target.split("/")[0]
            if style == '"' and other not in level:
                problems.append(f"{path}: {target} belongs to no level")
            elif style == '"' and other != folder and level[other] >= level[folder]:
                problems.append(f"{path}: {folder} (level {level[folder]}) includes {target} (level {level[other]})")
            for library, allowed in homes.items():
                if style == "<" and target.startswith(library) and not name.startswith(tuple(allowed)):
                    problems.append(f"{path}: <{target}> belongs in {', '.join(allowed)}")
    print("\n".join(problems) if problems else "Every include points down.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
