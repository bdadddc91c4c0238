"""How much the installation of a project downloads, with the cache that a workflow keeps and without it.

Each installation has an empty home, a new copy of the project and a new Python, as on a runner.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from pip._internal.models.index import PyPI
from pip._vendor import certifi

from ci_kit.managers.manager import PackageManager
from ci_kit.managers.table import managers_of
from tests.support.environments import managers

# docopt has no wheel, so that each manager has to build it.
PACKAGES = ("sqlalchemy", "cryptography", "pymysql", "docopt", "pytest", "coverage")
INDENTED = "".join(f"\n    {name}" for name in PACKAGES)
LISTED = "".join(f"{name}\n" for name in PACKAGES)
QUOTED = str(list(PACKAGES)).replace("'", '"')
_OF_A_PAGE = ("text/html", "max-age=600, public")
BASIC = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
DEPENDENT = f"{BASIC}dependencies = {QUOTED}\n"


@dataclass(frozen=True)
class Project:
    """A project, and the words that write its lock file."""

    files: Mapping[str, str]
    lock: tuple[str, ...] = ()


PROJECTS = {
    "Poetry": Project({"pyproject.toml": DEPENDENT}, ("poetry", "lock")),
    "uv": Project({"pyproject.toml": DEPENDENT}, ("uv", "lock", f"--python={sys.executable}")),
    "PDM": Project({"pyproject.toml": f"{DEPENDENT}[tool.pdm]\ndistribution = false\n"}, ("pdm", "lock")),
    "Pipenv": Project(
        {"Pipfile": "[packages]\n" + "".join(f'{name} = "*"\n' for name in PACKAGES)}, ("pipenv", "lock")
    ),
    "Hatch": Project(
        {
            "pyproject.toml": f"{BASIC}[tool.hatch.envs.default]\nskip-install = true\n"
            f"dependencies = {QUOTED}\n"
        }
    ),
    "tox": Project({"tox.ini": f"[tox]\nno_package = true\n[testenv]\ndeps ={INDENTED}\n"}),
    "nox": Project(
        {"noxfile.py": f"import nox\n\n\n@nox.session\ndef tests(session):\n    session.install(*{QUOTED})\n"}
    ),
    "pip": Project({"requirements.txt": LISTED}),
    "pip, without requirements files": Project({"pyproject.toml": DEPENDENT}),
}


class Network:
    """A proxy for TLS connections, and a mirror of the package index. Both count what they receive.

    The mirror adds the headers about caching of the public index, which another mirror may leave out.
    """

    def __init__(self, folder: Path) -> None:
        self.received = 0
        asked = subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        )
        self._index = (asked.stdout.strip() or PyPI.simple_url).rstrip("/")
        self._files: dict[str, str] = {}
        network = self

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                network.tunnel(self.connection, self.path)
                self.close_connection = True

            def do_GET(self) -> None:
                content, kind, age = network.get(self.path)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", age)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        bundle, context = self._certificate(folder)
        proxy, mirror = (ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2))
        # pip caches only what comes over TLS.
        mirror.socket = context.wrap_socket(mirror.socket, server_side=True)
        for server in (proxy, mirror):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        index = f"https://127.0.0.1:{mirror.server_port}/simple"
        self.variables = {
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_port}",
            "NO_PROXY": "127.0.0.1",
            "PIP_INDEX_URL": index,
            "PDM_PYPI_URL": index,
            **dict.fromkeys(("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), bundle),
        }

    def _certificate(self, folder: Path) -> tuple[str, ssl.SSLContext]:
        """The certificates to trust, and the context of a server with one of them."""
        key, own, bundle = (folder / name for name in ("key.pem", "own.pem", "bundle.pem"))
        words = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1")
        more = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(own))
        subprocess.run([*words, *more], check=True, capture_output=True)
        trusted = Path(ssl.get_default_verify_paths().cafile or certifi.where())
        bundle.write_bytes(trusted.read_bytes() + own.read_bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own, key)
        return str(bundle), context

    def get(self, path: str) -> tuple[bytes, str, str]:
        """The content of a path of the mirror, its type, and how long it stays in a cache."""
        if path in self._files:
            content = self._download(self._files[path])
            return content, "application/octet-stream", "max-age=365000000, immutable, public"
        page = self._download(url := self._index + path.removeprefix("/simple")).decode()
        return re.sub(r'href="([^"]+)"', lambda link: self._link(url, link[1]), page).encode(), *_OF_A_PAGE

    def _link(self, page: str, link: str) -> str:
        address, mark, fragment = urljoin(page, link).partition("#")
        local = f"/files/{address.rpartition('/')[2]}"
        self._files[local] = address
        return f'href="{local}{mark}{fragment}"'

    def _download(self, address: str) -> bytes:
        # The address is that of the index, or one that it gives.
        request = Request(address, headers={"Accept": "text/html, */*"})  # noqa: S310
        with urlopen(request) as answer:  # noqa: S310
            content: bytes = answer.read()
        self.received += len(content)
        return content

    def tunnel(self, client: socket.socket, address: str) -> None:
        host, _, port = address.rpartition(":")
        upstream = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        sending = threading.Thread(target=self._copy, args=(client, upstream), daemon=True)
        sending.start()
        self._copy(upstream, client, factor=1)
        sending.join()

    def _copy(self, source: socket.socket, target: socket.socket, *, factor: int = 0) -> None:
        """Copy until one side closes the connection. With the factor 1, what comes counts at once."""
        try:
            while part := source.recv(65536):
                self.received += factor * len(part)
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="MANAGER", help=f"default: {', '.join(PROJECTS)}")
    names = parser.parse_args().names or list(PROJECTS)
    print("| manager | kept | downloaded | with the cache | seconds |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        network = Network(Path(folder))
        for name in names:
            print(row(name, Path(folder, name), network), flush=True)


def row(name: str, folder: Path, network: Network) -> str:
    source = folder / "source"
    source.mkdir(parents=True)
    for file, text in PROJECTS[name].files.items():
        (source / file).write_text(text, encoding="utf-8")
    if lock := PROJECTS[name].lock:
        # Pipenv writes the address of the index into the lock file.
        of_lock = network.variables if name == "Pipenv" else {}
        call([str(managers() / lock[0]), *lock[1:]], source, folder / "lock-home", managers(), of_lock)
        shutil.rmtree(source / ".venv", ignore_errors=True)
        (source / ".pdm-python").unlink(missing_ok=True)
    manager = managers_of(source)[0]
    home, first, first_seconds = install(folder / "first", source, manager, network)
    size = sum(folder_size(home / one.removeprefix("~/")) for one in manager.cache_folders)
    _, second, second_seconds = install(folder / "second", source, manager, network, home)
    seconds = f"{first_seconds:.1f} and {second_seconds:.1f}"
    return f"| {name} | {size / 1e6:.1f} MB | {first / 1e6:.1f} MB | {second / 1e6:.1f} MB | {seconds} |"


def install(
    folder: Path, source: Path, manager: PackageManager, network: Network, kept: Path | None = None
) -> tuple[Path, int, float]:
    """Install the project, with the cache folders of the home ``kept``: the home, the bytes, the seconds."""
    home, project = folder / "home", folder / "project"
    shutil.copytree(source, project)
    home.mkdir()
    for path in (one.removeprefix("~/") for one in manager.cache_folders):
        if kept and (kept / path).exists():
            shutil.copytree(kept / path, home / path, symlinks=True)
    venv = ("venv", "--quiet", "--seed", f"--python={sys.executable}", str(folder / "python"))
    subprocess.run([sys.executable, "-m", "uv", *venv], check=True)
    received, begun = network.received, time.perf_counter()
    script = "\n".join(manager.install(project))
    call(["bash", "-eo", "pipefail", "-c", script], project, home, folder / "python/bin", network.variables)
    return home, network.received - received, time.perf_counter() - begun


def call(words: list[str], folder: Path, home: Path, programs: Path, variables: dict[str, str]) -> None:
    path = os.pathsep.join([str(programs), str(Path(sys.base_prefix, "bin")), "/usr/bin", "/bin"])
    removed = ("VIRTUAL_ENV", "PIP_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")
    environ = {name: value for name, value in os.environ.items() if name not in removed}
    environ |= {"HOME": str(home), "PATH": path, **variables}
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def folder_size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


if __name__ == "__main__":
    main()
