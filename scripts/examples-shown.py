#!/usr/bin/env python3
"""Lists public functions of the task library that no example in its documentation calls; fails if there is one.

The library promises a runnable example for every public item, and the compiler does not look.
"""

import pathlib
import re
import sys

FENCE = re.compile(r"^[ \t]*//[/!] ```(?:\n|rust|no_run)(.*?)^[ \t]*//[/!] ```", re.S | re.M)
FUNCTION = re.compile(r"(?:    )?pub (?:const |async )*fn (\w+)")


def main() -> int:
    examples, functions = [], []
    for path in sorted(pathlib.Path("crates/bondhu-tasks/src").rglob("*.rs")):
        text = path.read_text(encoding="utf-8")
        examples += FENCE.findall(text)
        if "tests" in path.parts or path.name == "tests.rs":
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := FUNCTION.match(line):
                functions.append((path, number, found[1]))
    shown = "\n".join(line for example in examples for line in example.splitlines() if "// //" not in line)
    missing = [f for f in functions if not re.search(rf"[.:]{f[2]}(::<|\()", shown)]
    for path, number, name in missing:
        print(f"{path}:{number}: no example calls {name}")
    if not functions:
        print("no public function was found: is this run from the top of the repository?")
    return 1 if missing or not functions else 0


if __name__ == "__main__":
    sys.exit(main())
