"""The command line's own entry point, for benches that start it with the interpreter they run on themselves."""

from clusterflow.cli import main

main()
