"""Several things at once, in threads."""

import threading
from collections.abc import Callable, Iterable


def run_together(work: Iterable[Callable[[], object]]) -> None:
    """Each in a thread of its own; what one raises is raised here."""
    failed: list[BaseException] = []

    def guarded(do: Callable[[], object]) -> None:
        try:
            do()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
