"""Who can reach a sweep: loopback alone, or who holds the keys."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress

import pytest
import sweeps
from sweeps import same

import cubistlib as cl
from cubistlib import sweep
from cubistlib.__main__ import main
from cubistlib.sweep import clusters, keys

pytest.importorskip("distributed")
psutil = pytest.importorskip("psutil")
pytestmark = pytest.mark.usefixtures("home")


class Scan(threading.Thread):
    """Collects the addresses at which this process and its children listen, until stopped."""

    def __init__(self):
        super().__init__()
        self.found, self.processes, self.over = set(), set(), threading.Event()

    def run(self):
        me = psutil.Process()
        while not self.over.wait(0.05):
            for process in (me, *me.children(recursive=True)):
                with suppress(psutil.Error):
                    for each in process.net_connections(kind="inet"):
                        if each.status == psutil.CONN_LISTEN:
                            self.found.add(each.laddr.ip)
                            self.processes.add(process.pid)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join()


@pytest.mark.parametrize("executor, listening", [("dask", 3), ("processes", 0), ("threads", 0)])
def test_a_sweep_on_this_machine_listens_on_loopback_alone(executor, listening):
    with Scan() as scan:
        sweep.advance(sweeps.search(), "p", executor=executor, workers=2)
    assert scan.found == ({"127.0.0.1"} if listening else set())
    assert len(scan.processes) == listening  # this one with the scheduler, and the workers


def test_a_cluster_on_this_machine_shows_no_pages():
    with clusters.dask(1) as pool:
        about = pool.submit(_pages).result()
    assert about and not [url for url in about if url[1] != 404], about


def _pages():
    """What a worker and its scheduler answer to who asks for their pages: (address, status)."""
    from distributed import get_client, get_worker

    ports = [get_worker().http_server.port, get_client().scheduler_info()["services"]["dashboard"]]
    return [(page, _status(f"http://127.0.0.1:{port}{page}")) for port in ports for page in PAGES]


PAGES = ("/", "/status", "/info/main/workers.html", "/json/identity.json", "/metrics", "/health")


def _status(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Keys as a user has them: (CA, certificate, key), in files."""
    pytest.importorskip("cryptography")
    folder, made = tmp_path_factory.mktemp("keys"), keys.fresh()
    named = {"ca": made.tls_ca_file, "cert": made.tls_client_cert, "key": made.tls_client_key}
    for name, text in named.items():
        (folder / name).write_text(text)
    return [str(folder / name) for name in named]


@pytest.fixture(scope="module")
def encrypted(files, tmp_path_factory):
    """The address of a scheduler that speaks TLS alone, with one worker."""
    told, started = tmp_path_factory.mktemp("scheduler") / "scheduler.json", []
    tls = [word for pair in zip(("--tls-ca-file", "--tls-cert", "--tls-key"), files, strict=True)
           for word in pair]  # fmt: skip

    def start(name, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *tls, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([*command, *arguments], **quiet))

    local = ("--host", "127.0.0.1", "--port", "0", "--protocol", "tls")
    start("scheduler", *local, "--scheduler-file", str(told))
    end = time.monotonic() + 60
    while not told.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    address = json.loads(told.read_text())["address"]
    start("worker", address, "--no-nanny", "--nthreads", "1", "--protocol", "tls")
    yield address
    for process in started:
        process.kill()
        process.wait()


def test_an_encrypted_scheduler_gives_the_same_table(encrypted, files, whole_table):
    assert encrypted.startswith("tls://127.0.0.1:")
    options = {"executor": "dask", "address": encrypted, "security": files}
    same(sweep.run(sweeps.search(), "p", **options), whole_table)


def test_keys_in_dasks_own_configuration_are_used(encrypted, files):
    import dask

    ca, cert, key = files
    tls = "distributed.comm.tls"
    known = {f"{tls}.ca-file": ca, f"{tls}.client.cert": cert, f"{tls}.client.key": key}
    with dask.config.set(known):
        sweep.advance(sweeps.search(), "p", executor="dask", address=encrypted)


def test_other_keys_open_nothing(encrypted, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 2)
    options = {"executor": "dask", "address": encrypted, "security": keys.fresh()}
    with pytest.raises(
        cl.UserError, match=r"no Dask scheduler answers at tls://.*, or it does not take these keys"
    ):
        sweep.advance(sweeps.search(), "p", **options)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--address", "tcp://127.0.0.1:9"], "tcp://127.0.0.1:9 is not encrypted"),
        (["--address", "127.0.0.1:9"], "is not encrypted, and whoever reaches it"),
        (["--address", "tls://127.0.0.1:9"], "asks for keys: --tls CA CERT KEY"),
        (
            ["--address", "tls://127.0.0.1:9", "--tls", *["nowhere"] * 3],
            "nowhere, nowhere, nowhere is no file",
        ),
        (["--address", "tls://127.0.0.1:9", "--tls", *[__file__] * 3], "keys of the cluster"),
        (["--tls", "a", "b", "c"], "keys, or doing without, go with slurm, or with dask and a"),
        (["--insecure"], "keys, or doing without, go with slurm, or with dask and a scheduler's"),
        (["--address", "tls://127.0.0.1:9", "--insecure"], "insecure means without keys"),
        (["--address", "tcp://127.0.0.1:9", "--insecure", "--tls", "a", "b", "c"], "one or the"),
    ],
)
def test_doors_without_keys_stay_shut(arguments, sentence, capsys):
    study = "random-init/structured-search"
    assert main(["sweep", "p", study, "--executor", "dask", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


@pytest.mark.parametrize("security", [("a", "b"), "abc", 3])
def test_what_are_no_keys_is_one_sentence(security):
    options = {"executor": "dask", "address": "tls://127.0.0.1:9", "security": security}
    with pytest.raises(cl.UserError, match=r"security must be three files \(CA, certificate, key"):
        sweep.advance(sweeps.search(), "p", **options)
