"""Find PostgreSQL's programs for the tests, or install them: `python -m tools.postgresql`.

Looked for on the path and where Debian and Homebrew put them. Where there are none and we have the right to, Debian's
package manager is asked; else the tests that need them are skipped.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")
USER = "postgres"  # Debian's; the server does not run as root


def find() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, or None."""
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for place in PLACES:
        folders += sorted(Path("/").glob(place[1:]), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a new, empty server on this machine, which ends with the context; needs `find()`."""
    programs = find()
    assert programs is not None, "there is no PostgreSQL on this machine"
    with tempfile.TemporaryDirectory(prefix="receptive-postgresql-") as place:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        folder, password = Path(place), secrets.token_hex(16)
        (folder / "password").write_text(password)
        as_user = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            as_user = {"user": USER, "group": USER, "extra_groups": []}
            for path in (folder, folder / "password"):
                shutil.chown(path, USER, USER)

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / program), "-D", str(folder / "data"), *arguments]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)

        run("initdb", "-U", USER, "-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "-E", "UTF8", "-N")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        run("pg_ctl", "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")


def main() -> int:
    """Print where PostgreSQL is, after installing it where we can."""
    apt = shutil.which("apt-get")
    if not find() and apt and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("No PostgreSQL was found; trying apt-get", flush=True)
        subprocess.run([apt, "update", "-qq"], check=False)
        subprocess.run([apt, "install", "-y", "-qq", "--no-install-recommends", "postgresql"], check=False)
    print(find() or "There is no PostgreSQL, so the tests that need one are skipped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
