"""Links the virtualenv that this program runs in to where an editor or a shell finds it."""

import argparse
import os
import sys


def main():
    """Makes or replaces the link and says where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dest",
        default=os.environ.get("BUILD_WORKING_DIRECTORY") or os.getcwd(),
        help="the directory to put the link in (default: the directory of `bazel run`)",
    )
    parser.add_argument("--link-name", required=True, help="the name of the link")
    arguments = parser.parse_args()
    link = os.path.join(os.path.abspath(arguments.dest), arguments.link_name)
    if os.path.lexists(link) and not os.path.islink(link):
        sys.exit(f"{link} is there and is no link: move it away, or choose another name with --link-name")
    # In place in one step: an editor may look at any time.
    temporary = f"{link}.{os.getpid()}"
    os.symlink(sys.prefix, temporary)
    os.replace(temporary, link)
    print(f"Linked: {link} -> {sys.prefix}")
    print(f"Interpreter: {os.path.join(link, 'bin', 'python')}")
    print(f"To activate: source {os.path.join(link, 'bin', 'activate')}")


if __name__ == "__main__":
    main()
