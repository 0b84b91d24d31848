"""`local-aws`, or `python -m local_aws`: the commands."""

from __future__ import annotations

import argparse
import sys

from . import environment, register, type_function, up


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="local-aws", description="Local AWS: MiniStack with the private registry of CloudFormation."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (up, environment, register, type_function):
        # a line of a file that is named by @FILE is one argument
        command = commands.add_parser(
            module.COMMAND, help=module.SUMMARY, description=module.__doc__, fromfile_prefix_chars="@"
        )
        module.add_options(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    result: int = options.run(options)
    return result


if __name__ == "__main__":
    sys.exit(main())
