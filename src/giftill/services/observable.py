"""A value that others can watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Signal(Generic[T]):
    """Something that happens, told to whoever subscribed, in the order of subscription."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._listeners: list[Callable[[T], None]] = []

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call `listener` each time it happens; the returned function ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, what: T) -> None:
        """Tell every listener."""
        for listener in tuple(self._listeners):
            listener(what)


class Observable(Signal[T]):
    """A value whose changes are told; setting an equal value tells nobody.

    Attributes:
        value: The value now.
    """

    def __init__(self, value: T) -> None:
        """Start with `value`."""
        super().__init__()
        self.value = value

    def set(self, value: T) -> None:
        """Take a new value and tell the listeners if it differs."""
        if value != self.value:
            self.value = value
            self.tell(value)
