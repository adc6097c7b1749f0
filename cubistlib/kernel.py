"""Kernels of this very Python, whatever kernels are registered on the machine."""

import os
import subprocess
import sys

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec


class ThisPython(AsyncKernelManager):
    """Starts `sys.executable`; talks over sockets in the file system where there are such."""

    def __init__(self, **options):
        super().__init__(**options)
        # Ports are looked for and then taken: kernels started side by side collide now and then.
        if os.name == "posix":
            self.transport = "ipc"

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command of a kernel, not looked up in any folder."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, language="python", display_name="Python 3")

    async def start_kernel(self, **options) -> None:
        """Start it; what a kernel logs of itself is no message to the runner's user."""
        await super().start_kernel(stderr=subprocess.DEVNULL, **options)
