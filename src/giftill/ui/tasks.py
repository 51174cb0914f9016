"""TaskScope: every async action of a screen starts here, dies with it and reports its failure."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable
from typing import TYPE_CHECKING, Any

from giftill.domain.errors import GiftillError

if TYPE_CHECKING:
    import asyncio

    from PySide6.QtWidgets import QWidget

Work = Coroutine[Any, Any, object]


class TaskScope:
    """The running actions of one screen, at most one for each key.

    asyncio keeps only weak references to tasks, and Qt keeps none to coroutines: this holds them
    until they end. An action that fails with a `GiftillError` is told to `on_error`; anything else
    is a bug and goes to the event loop's exception handler, which is the one crash hook.
    """

    def __init__(self, owner: QWidget | None, on_error: Callable[[GiftillError], None]) -> None:
        """Start with nothing running.

        Args:
            owner: The widget that the actions belong to: they are cancelled when Qt destroys it.
                None for actions of the whole program, which whoever made the scope must end.
            on_error: Told about each action that met the world's resistance; not called for an
                action that was cancelled, nor once the owner is gone.
        """
        self._on_error = on_error
        self._tasks: dict[Hashable, asyncio.Task[object]] = {}
        self._is_closed = False
        if owner is not None:
            owner.destroyed.connect(self.cancel)

    def start(self, key: Hashable, work: Callable[[], Work] | Work) -> bool:
        """Start an action, unless one with this key is still running or the scope has ended.

        Args:
            key: What the action is, such as `"hold"`: a second press of its button is ignored.
            work: The coroutine, or a function that makes it.

        Returns:
            Whether it was started.
        """
        if self._is_closed or key in self._tasks:
            if isinstance(work, Coroutine):
                work.close()
            return False
        import asyncio

        coroutine = work if isinstance(work, Coroutine) else work()
        task = asyncio.get_running_loop().create_task(coroutine, name=str(key))
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._finished(key, done))
        return True

    def is_running(self, key: Hashable) -> bool:
        """Tell whether an action with this key is running."""
        return key in self._tasks

    def stop(self, key: Hashable) -> None:
        """Cancel one action, if it is running; the scope stays open."""
        task = self._tasks.get(key)
        if task is not None:
            task.cancel()

    def cancel(self) -> None:
        """Cancel every action and start no more; safe to call twice."""
        self._is_closed = True
        for task in tuple(self._tasks.values()):
            task.cancel()

    async def drain(self, timeout_s: float) -> bool:
        """Start no more actions, let the running ones end, and cancel those that take too long.

        Args:
            timeout_s: How long they may take, in seconds.

        Returns:
            Whether all of them ended by themselves.
        """
        # Nothing runs before the window is seen, and its modules need not be there before that.
        import asyncio

        self._is_closed = True
        mine = asyncio.current_task()
        running = {task for task in self._tasks.values() if task is not mine}
        if not running:
            return True
        _, late = await asyncio.wait(running, timeout=timeout_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        return not late

    def _finished(self, key: Hashable, task: asyncio.Task[object]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if task.cancelled():
            return
        problem = task.exception()
        if problem is None:
            return
        if isinstance(problem, GiftillError):
            if not self._is_closed:
                self._on_error(problem)
            return
        task.get_loop().call_exception_handler(
            {"message": "An action of a screen broke", "exception": problem, "task": task}
        )
