"""The entry point of the command line, so that benchmarks can start it with their own interpreter."""

from clusterflow.cli import main

main()
