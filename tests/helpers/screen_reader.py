"""What a screen reader sees of a window: names, roles and states over the accessibility bus."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jeepney import DBusAddress, MessageType, Properties, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney.io.blocking import DBusConnection

_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_ACTION: Final = "org.a11y.atspi.Action"
_ROOT: Final = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")

# Bits of the first word of an AT-SPI state set.
_ENABLED: Final = 1 << 8
_FOCUSED: Final = 1 << 12
_SHOWING: Final = 1 << 25

_ANSWER_S: Final = 20.0


@dataclass(frozen=True)
class Control:
    """One thing on screen, as it is read out.

    Attributes:
        name: What is read out.
        role: Such as `push button` or `text`.
        is_enabled: Whether it can be used.
        has_focus: Whether keys go to it.
        address: Where it is found on the bus.
    """

    name: str
    role: str
    is_enabled: bool
    has_focus: bool
    address: tuple[str, str]


class Gone(Exception):
    """What was asked about went away meanwhile."""


class ScreenReader:
    """Reads the windows of one process."""

    def __init__(self, session_bus: str, pid: int) -> None:
        """Listen on the accessibility bus of a session.

        Args:
            session_bus: The address of the session's bus.
            pid: The process whose windows are read.
        """
        self._pid = pid
        with open_dbus_connection(session_bus) as session:
            bus = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            reply = session.send_and_get_reply(
                new_method_call(bus, "GetAddress"), timeout=_ANSWER_S
            )
        self._bus: DBusConnection = open_dbus_connection(reply.body[0])
        self._application: tuple[str, str] | None = None

    def close(self) -> None:
        """Stop listening."""
        self._bus.close()

    def controls(self) -> list[Control]:
        """Return what is on screen and has a name, in reading order."""
        try:
            application = self._find_application()
            return [] if application is None else list(self._walk(*application))
        except Gone:
            return []

    def texts(self) -> list[str]:
        """Return the names of what is on screen, in reading order."""
        return [each.name for each in self.controls()]

    def press(self, control: Control) -> None:
        """Do what a click on a control does, as a screen reader lets people do it.

        Nothing happens if the control is no longer there, or is disabled by now: it can do nothing
        then.
        """
        name, path = control.address
        at = DBusAddress(path, name, _ACTION)
        with contextlib.suppress(Gone):
            actions = [each[0] for each in self._reply(new_method_call(at, "GetActions"))]
            if "Press" in actions:
                self._reply(new_method_call(at, "DoAction", "i", (actions.index("Press"),)))

    def _find_application(self) -> tuple[str, str] | None:
        if self._application is None:
            for name, path in self._ask(*_ROOT, "GetChildren"):
                if self._pid_of(name) == self._pid:
                    self._application = (name, path)
        return self._application

    def _pid_of(self, name: str) -> int | None:
        reply = self._bus.send_and_get_reply(
            message_bus.GetConnectionUnixProcessID(name), timeout=_ANSWER_S
        )
        is_known = reply.header.message_type is MessageType.method_return
        return int(reply.body[0]) if is_known else None

    def _walk(self, name: str, path: str) -> Iterator[Control]:
        for child_name, child_path in self._ask(name, path, "GetChildren"):
            try:
                yield from self._read(child_name, child_path)
            except Gone:
                continue

    def _read(self, name: str, path: str) -> Iterator[Control]:
        states: int = self._ask(name, path, "GetState")[0]
        if not states & _SHOWING:
            return
        text = self._name_of(name, path)
        if text:
            role: str = self._ask(name, path, "GetRoleName")
            is_enabled, has_focus = bool(states & _ENABLED), bool(states & _FOCUSED)
            yield Control(text, role, is_enabled, has_focus, (name, path))
        yield from self._walk(name, path)

    def _name_of(self, name: str, path: str) -> str:
        call = Properties(DBusAddress(path, name, _ACCESSIBLE)).get("Name")
        text: str = self._reply(call)[1]
        return text

    def _ask(self, name: str, path: str, method: str) -> Any:  # noqa: ANN401 - as D-Bus has it
        return self._reply(new_method_call(DBusAddress(path, name, _ACCESSIBLE), method))

    def _reply(self, call: Any) -> Any:  # noqa: ANN401 - as D-Bus has it
        reply = self._bus.send_and_get_reply(call, timeout=_ANSWER_S)
        if reply.header.message_type is not MessageType.method_return:
            raise Gone
        return reply.body[0]
