"""Workers in processes of their own: from where they are started, how they end, what forks."""

import importlib
import os
import pkgutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import sweeps
from little import WRITE, Little

import cubistlib as cl
from cubistlib import sweep
from cubistlib.__main__ import main
from cubistlib.sweep import portable

SWEEP = """
import sweeps
from cubistlib import sweep

print(len(sweep.run(sweeps.search(shard=64), "p", executor={executor!r}, workers=2)))
"""
OWN = '''
from cubistlib.pruners import SNIP


class Mine(SNIP):
    """An own pruner, as good as SNIP."""

    name = "{name}"
'''


def python(home, *arguments, **options):
    """A Python of its own that knows the tests' studies."""
    known = {**os.environ, "CUBISTLIB_HOME": str(home), "PYTHONPATH": str(sweeps.HERE)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, *arguments], env=known, **(pipes | options))


@pytest.mark.parametrize(
    "executor, source", [("processes", "stdin"), ("processes", "script"), ("dask", "script")]
)
def test_a_script_needs_no_main_guard(tmp_path, executor, source):
    if executor == "dask":
        pytest.importorskip("distributed")
    code = SWEEP.format(executor=executor)
    (tmp_path / "script.py").write_text(code)
    script = "-" if source == "stdin" else str(tmp_path / "script.py")
    started = python(tmp_path, script, stdin=subprocess.PIPE)
    out, err = started.communicate(code if source == "stdin" else None, timeout=120)
    assert (started.returncode, out) == (0, "128\n")
    assert "Traceback" not in err


def test_a_pruner_of_a_module_is_found_by_workers(home, tmp_path, monkeypatch):
    (tmp_path / "own_pruners.py").write_text(OWN.format(name="of-a-module"))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("own_pruners")
    study = sweeps.pruning(algorithms=("of-a-module", "snip"), options=(), keep=(12,), shard=64)
    assert portable.modules(study) == ("own_pruners",)
    results = sweep.run(study, "p", executor="processes", workers=1)
    assert set(results["algorithm"]) == {"of-a-module", "snip"}
    with pytest.raises(cl.UserError, match="a worker cannot import nowhere_at_all"):
        portable._call(["nowhere_at_all"], print)


def test_what_only_the_script_knows_is_refused(home, monkeypatch):
    defined = {"__name__": "__main__"}
    exec(OWN.format(name="of-the-script"), defined)
    study = sweeps.pruning(algorithms=("of-the-script",), options=())
    sentence = (
        "the pruner 'of-the-script' is defined in the script or notebook itself, which workers"
    )
    with pytest.raises(cl.UserError, match=sentence):
        sweep.run(study, "p", executor="processes")
    own = type("OwnStudy", (type(sweeps.search()),), {"__module__": "__main__"})
    study = own(**{name: getattr(sweeps.search(), name) for name in sweeps.search().__dict__})
    with pytest.raises(cl.UserError, match="'OwnStudy' is defined in the script"):
        sweep.run(study, "p", executor="processes")


HOLD = """
import ctypes, pathlib

def the_lock(place):
    # C code that does not give Python's lock back, as a compilation does not.
    pathlib.Path(place).touch()
    ctypes.PyDLL(None).sleep(60)
"""
PARENT = """
import sys, time
import hold
from cubistlib.support.children import Children

child = Children().Process(target=hold.the_lock, args=(sys.argv[1],))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread sees to it, with the lock")
def test_a_worker_in_c_code_ends_with_its_killed_parent(tmp_path):
    (tmp_path / "hold.py").write_text(HOLD)
    (tmp_path / "parent.py").write_text(PARENT)
    begun = tmp_path / "begun"
    parent = python(tmp_path, str(tmp_path / "parent.py"), str(begun))
    pid = int(parent.stdout.readline())
    wait_until(begun.exists)
    time.sleep(0.3)
    assert alive(pid)
    parent.kill()
    wait_until(lambda: not alive(pid), 2)
    parent.communicate()


KERNEL = """
os.system("sleep 9 > /dev/null 2>&1 &")  # has whatever a kernel hands on
(folder / "begun").write_text(str(os.getpid()))
import ctypes
ctypes.PyDLL(None).sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread sees to it, with the lock")
def test_a_kernel_in_c_code_ends_with_its_killed_runner(home):
    little = Little(home)
    little.both("10_a", WRITE + KERNEL)
    begun = little.outputs / "begun"
    runner = python(home, "-m", "cubistlib", "run", "quick")
    wait_until(lambda: begun.exists() and begun.read_text())
    pid = int(begun.read_text())
    time.sleep(0.3)
    assert alive(pid)
    runner.kill()
    wait_until(lambda: not alive(pid), 2)
    runner.communicate()


OPENED = Path("/proc/self/fd")


@pytest.mark.skipif(not OPENED.is_dir(), reason="nothing lists what is open")
def test_a_run_leaves_nothing_open(home):
    Little(home).both("10_a", "1")

    def pipes():
        main(["run", "quick", "--force"])
        links = [link for link in OPENED.iterdir() if link.is_symlink()]
        return sum(link.readlink().name.startswith("pipe:") for link in links)

    assert pipes() == pipes()


def alive(pid):
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True)
    return status.stdout.strip()[:1] not in (b"", b"Z")


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("executor, seconds", [("processes", 0.1), ("processes", 1), ("dask", 1)])
def test_an_early_ctrl_c_is_one_line(tmp_path, executor, seconds):
    if executor == "dask":
        pytest.importorskip("distributed")
    command = ["-m", "cubistlib", "sweep", "p", "random-init/unstructured-search-95"]
    command += ["--executor", executor, "--workers", "2"]
    sweeper = python(tmp_path, *command, start_new_session=True)
    try:
        assert sweeper.stdout.readline() == "results: outputs/p/results/\n"
        time.sleep(seconds)
        os.killpg(sweeper.pid, signal.SIGINT)  # as a terminal does: to everyone
        _, err = sweeper.communicate(timeout=10)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(sweeper.pid, signal.SIGKILL)
    said = [line for line in err.splitlines() if line and "compiling the training" not in line]
    assert said == ["stopped; what was finished is kept, and the next start goes on"]
    assert sweeper.returncode == 130


FORK = """
import os, signal
import numpy as np, torch
import cubistlib as cl

torch.set_num_threads(2)
x, y = cl.cubist_spiral()
nets = cl.Network.initialize((16, 16, 16), n=8)

def use():
    nets.evaluate(x, y)
    order = np.zeros((3, 128), int)
    masks = cl.Masks.ones_like(nets)
    cl.train(nets, masks, x, y, cl.TrainConfig(epochs=1), order=order, backend="torch")

use()
if child := os.fork():
    print(os.waitpid(child, 0)[1])
else:
    signal.alarm(30)  # which ends it, should it hang
    use()
    os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_child_can_use_pytorch_too(tmp_path):
    out, err = python(tmp_path, "-c", FORK).communicate(timeout=120)
    assert out == "0\n", err


# What one system or another does not have.
LACKING = ("fcntl", "resource", "pwd", "grp", "termios", "pty", "msvcrt", "winreg")
IMPORT = f"""
import importlib, os, pkgutil, signal, sys
sys.modules.update(dict.fromkeys({LACKING}))
import filelock  # which says that it locks in another way then
import torch  # which asks for the system's name
del os.register_at_fork, os.sched_getaffinity, signal.pthread_sigmask
import cubistlib
for module in pkgutil.walk_packages(cubistlib.__path__, "cubistlib."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        print(module.name)
"""


def test_every_module_is_imported_where_unix_is_not(tmp_path):
    out, err = python(tmp_path, "-c", IMPORT).communicate(timeout=120)
    names = [m.name for m in pkgutil.walk_packages(cl.__path__, "cubistlib.")]
    assert out.split() == [name for name in names if name != "cubistlib.__main__"], err
