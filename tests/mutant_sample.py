"""Draws mutants by chance and prints their names, for mutants.py.

``python tests/mutant_sample.py SIZE SEED PART=FILE,FILE ...`` draws as many of each part; a file may be a pattern.

mutmut names a mutant only once it has written it, and has no command that writes and does not run. So this calls the
functions with which ``mutmut run`` begins.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch

from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants, setup_source_paths
from mutmut.mutation.data import SourceFileMutationData
from mutmut.utils.file_utils import walk_mutatable_files


def draw(names: Mapping[str, Sequence[str]], size: int, seed: str) -> list[str]:
    """Draw from each file in turn, until there are enough: small files count as much as large ones.

    The same seed gives the same mutants as long as the code is the same; a larger sample contains the smaller one.

    Args:
        names: the mutants of each file.
        size: how many to draw.
        seed: any text.
    """
    shuffled = {file: random.Random(f"{seed} {file}").sample(each, len(each)) for file, each in names.items()}
    files = random.Random(seed).sample(sorted(shuffled), len(shuffled))
    rounds = range(max((len(each) for each in shuffled.values()), default=0))
    return [shuffled[file][nth] for nth in rounds for file in files if nth < len(shuffled[file])][:size]


def written() -> dict[str, list[str]]:
    """Write the mutants of the folder, and return their names by file."""
    with contextlib.redirect_stdout(sys.stderr):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        create_mutants(1)
    names = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        names[str(path)] = sorted(data.exit_code_by_key)
    return names


def main(size: int, seed: str, parts: Sequence[str]) -> None:
    names = written()
    for part in parts:
        part_name, _, patterns = part.partition("=")
        mine = {f: each for f, each in names.items() if any(fnmatch(f, pattern) for pattern in patterns.split(","))}
        drawn = draw(mine, size, f"{seed} {part_name}")
        print(f"{part_name}: {len(drawn)} of {sum(map(len, mine.values()))} mutants", file=sys.stderr)
        print("\n".join(drawn))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
