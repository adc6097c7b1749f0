"""Kernels of this very Python, whatever kernels are registered on the machine."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_core.paths import jupyter_runtime_dir

SOCKET_PATH = 100  # bytes that a socket's path may have on every system


class ThisPython(AsyncKernelManager):
    """Starts `sys.executable`; talks over sockets in the file system where they fit."""

    def __init__(self, **options):
        super().__init__(**options)
        # Ports are looked for and then taken: kernels started side by side collide now and then.
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True)
        socket = folder / f"kernel-{uuid4()}-ipc"
        if len(os.fsencode(socket)) <= SOCKET_PATH - len("-5"):
            self.transport, self.ip = "ipc", str(socket)

    @property
    def kernel_spec(self) -> KernelSpec:
        """A kernel's command, not looked up anywhere; no progress bars, which nobody watches."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        env = {"TQDM_DISABLE": "1"}
        return KernelSpec(argv=argv, env=env, language="python", display_name="Python 3")

    async def start_kernel(self, **options) -> None:  # type: ignore[override]
        """Start it; what a kernel logs of itself is no message to the runner's user."""
        await super().start_kernel(stderr=subprocess.DEVNULL, **options)
