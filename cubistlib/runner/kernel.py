"""Kernels of this very Python, whatever kernels are registered on the machine."""

import atexit
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec

SOCKET_PATH = 100  # bytes that a socket's path may have on every system


class ThisPython(AsyncKernelManager):
    """Starts `sys.executable`; talks over sockets in the file system where they fit.

    All that it needs lies in a temporary folder of its own: a home may be missing or full.
    Raises RuntimeError if there is no room for that, or if the kernel cannot be started.
    """

    def __init__(self, **options):
        super().__init__(**options)
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
        try:
            await super().start_kernel(stderr=subprocess.DEVNULL, **options)
        except OSError as error:
            await self.cleanup_resources()
            raise RuntimeError(f"no kernel can be started: {error}") from error

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """Called when the kernel has ended."""
        await super().cleanup_resources(restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """End the kernel at once, from any thread, whatever it is doing, and clear its folder."""
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


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
