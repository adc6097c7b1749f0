"""Kernels of this very Python, whatever kernels are registered on the machine."""

import atexit
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec

from cubistlib.support.children import CLOSING_KILLS, kill_at_closing

SOCKET_PATH = 100  # bytes that a socket's path may have on every system


class ThisPython(AsyncKernelManager):
    """Starts `sys.executable`; talks over sockets in the file system where they fit.

    All that it needs lies in a temporary folder of its own: a home may be missing or full.
    Where a pipe can see to it, the kernel ends with this process, whatever it is doing. Raises
    RuntimeError if there is no room for the folder, or if the kernel cannot be started.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self._lifeline = ExitStack()  # closed when the kernel has ended
        try:
            self._folder = _temporary()
        except OSError as error:
            raise RuntimeError(f"no folder for a kernel: {error}") from error
        self.connection_file = str(self._folder / "connection.json")
        # Ports are looked for and then taken: kernels started side by side collide now and then.
        socket = self._folder / "ipc"
        if len(os.fsencode(socket)) <= SOCKET_PATH - len("-5"):
            self.transport, self.ip = "ipc", str(socket)

    @property
    def kernel_spec(self) -> KernelSpec:
        """A kernel's command, not looked up anywhere; no progress bars, which nobody watches."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        env = {"TQDM_DISABLE": "1"} | _instead_of_home()
        return KernelSpec(argv=argv, env=env, language="python", display_name="Python 3")

    async def start_kernel(self, **options) -> None:  # type: ignore[override]
        """Start it; what a kernel logs of itself is no message to the runner's user."""
        options["stderr"] = subprocess.DEVNULL
        try:
            if CLOSING_KILLS:
                await self._start_mortal(**options)
            else:
                await super().start_kernel(**options)
        except OSError as error:
            await self.cleanup_resources()
            raise RuntimeError(f"no kernel can be started: {error}") from error

    async def _start_mortal(self, **options) -> None:
        """Start it with a pipe whose writing end is held here alone.

        A kernel itself asks for its parent, too, but C code may keep it from asking.
        """
        reading, writing = os.pipe()
        self._lifeline.callback(os.close, writing)
        try:
            await super().start_kernel(pass_fds=(reading,), **options)
            if process := self._process:
                kill_at_closing(reading, process.pid)
        finally:
            os.close(reading)

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """Called when the kernel has ended."""
        await super().cleanup_resources(restart)
        if not restart:
            self.kill()

    def kill(self) -> None:
        """End the kernel at once, from any thread, whatever it is doing, and clear its folder."""
        if process := self._process:
            process.kill()
        self._lifeline.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _process(self) -> subprocess.Popen | None:
        return getattr(self.provisioner, "process", None)


def _temporary() -> Path:
    return Path(mkdtemp(prefix="cubistlib-"))


@cache
def _spare() -> str:
    """Lasts as long as the process, so that matplotlib looks through the fonts only once."""
    folder = _temporary()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return str(folder)


def _instead_of_home() -> dict[str, str]:
    """Where IPython and matplotlib keep their files if the home cannot be written to."""
    try:
        writable = os.access(Path.home(), os.W_OK | os.X_OK)
    except RuntimeError:  # a user whom the system does not know
        writable = False
    names = ("IPYTHONDIR", "MPLCONFIGDIR")
    return {} if writable else {name: os.environ.get(name, _spare()) for name in names}
