"""Who may speak to a Dask cluster: who holds its keys, as whoever reaches it runs code as you."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cubistlib.support.checks import UserError, require

# Files of a certificate authority, a certificate and its key, or a distributed.Security.
Security = Sequence[str] | Any | None

ROLES = ("client", "scheduler", "worker")
TLS = "tls://"


def given(security: Security, roles: Sequence[str] = ("client",)) -> Any:
    """The keys that the user names, else those of Dask's configuration; None without any.

    roles: who has to have some. Raises ValueError for what are no keys.
    """
    from distributed.security import Security as Keys

    keys: Any
    if security is None:
        keys = Keys()  # distributed.comm.tls
        if not all(getattr(keys, f"tls_{role}_cert") for role in roles):
            return None
    elif isinstance(security, Keys):
        keys = security
    else:
        keys = _from_files(security)
    for role in roles:
        try:
            usable = keys.get_connection_args(role)["ssl_context"] is not None
        except (OSError, TypeError, ValueError) as error:  # ssl's own error is an OSError
            raise UserError(f"the keys of the cluster cannot be used: {error}") from error
        require(usable, f"the keys lack a certificate authority or the {role}'s certificate")
    return keys


def _from_files(names: Sequence[str]) -> Any:
    from distributed.security import Security as Keys

    listed = isinstance(names, Sequence) and not isinstance(names, str)
    files = [str(name) for name in names] if listed else []
    require(
        len(files) == 3,
        f"security must be three files (CA, certificate, key) or a distributed.Security, "
        f"got {names!r}",
    )
    missing = [name for name in files if not Path(name).is_file()]
    require(not missing, f"the keys of the cluster cannot be read: {', '.join(missing)} is no file")
    authority, certificate, key = files
    own = {f"tls_{role}_cert": certificate for role in ROLES}
    own |= {f"tls_{role}_key": key for role in ROLES}
    return Keys(require_encryption=True, tls_ca_file=authority, **own)


def fresh() -> Any:
    """Keys made for one cluster, which nobody else has; None without what makes them."""
    from distributed.security import Security as Keys

    try:
        return Keys.temporary()
    except ImportError:  # cryptography
        return None


def encrypted(address: str) -> bool:
    """Whether what is at an address asks for keys."""
    return address.lower().startswith(TLS)


def for_scheduler(address: str, security: Security, insecure: bool) -> Any:
    """The keys to the scheduler at an address. Raises ValueError for one that asks for none.

    insecure: take it nevertheless.
    """
    if encrypted(address):
        keys = given(security)
        require(
            keys is not None,
            f"{address} asks for keys: --tls CA CERT KEY (security=(…) in Python), or "
            "distributed.comm.tls in Dask's configuration",
        )
        return keys
    require(
        insecure,
        f"{address} is not encrypted, and whoever reaches it or its workers runs code as you: "
        "start it with TLS and give tls://…, or say --insecure (insecure=True in Python)",
    )
    return None


@contextmanager
def for_jobs(folder: str, security: Security, insecure: bool) -> Iterator[Any]:
    """The keys of a cluster of jobs, as given or new; None if it goes without.

    New ones lie in files in a folder in `folder`, which the jobs read, too, while in the block.
    insecure: go without. Raises ValueError where no keys can be made.
    """
    if insecure or (keys := given(security, ROLES)):
        yield None if insecure else keys
        return
    keys = fresh()
    require(
        keys is not None,
        "jobs are reached over the network, and the keys that keep others out are made with "
        "cryptography: pip install '.[cluster]' in the project's folder, or say --insecure "
        "(insecure=True in Python)",
    )
    try:  # a folder for this user alone
        made = TemporaryDirectory(prefix=".cubistlib-keys-", dir=Path(folder).expanduser())
    except (OSError, RuntimeError) as error:  # the second where nobody knows of a home
        raise UserError(
            f"the keys of the jobs need a folder that jobs see, too ({error}): name one as "
            "jobqueue.slurm.shared-temp-directory in ~/.config/dask"
        ) from error
    with made as place:
        for field in ("tls_ca_file", "tls_worker_cert", "tls_worker_key"):
            file = Path(place, field)
            file.write_text(getattr(keys, field), "utf-8")
            setattr(keys, field, str(file))
        yield keys
