"""Pieces of work done side by side, none before those that it needs."""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from threading import Event

from cubistlib.support.threads import stopped_by

AGAIN = 0.1  # seconds after which what has not ended is told again to


def done(
    needs: Mapping[str, Sequence[str]],
    work: Callable[[str], str],
    end: Callable[[], None],
    workers: int,
) -> Generator[tuple[str, str]]:
    """Each name and what work(name) returned, as they end, `workers` at a time.

    needs: names that have to be done before a name, all of them keys. end: what ends the work that
    is being done. It is called if this is closed before its end, or stopped; `stop_if_asked` then
    raises in the work's own thread.
    """
    order, running, stop = TopologicalSorter(needs), dict[Future[str], str](), Event()
    order.prepare()

    def begin(name: str) -> str:
        with stopped_by(stop):
            return work(name)

    pool = ThreadPoolExecutor(workers)
    try:
        while order.is_active():
            running |= {pool.submit(begin, name): name for name in order.get_ready()}
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                yield name, future.result()
                order.done(name)
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        while wait(running, timeout=AGAIN).not_done:
            end()
