"""The system's word on the network wakes the outbox, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

from giftill.services.connectivity import Link
from giftill.services.observable import Observable
from giftill.ui import network
from giftill.ui.network import NetworkWatch, watch_network, watch_network_once_lost
from tests.helpers.patience import until

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

Reachability = QNetworkInformation.Reachability


class News(QObject):
    """Tells what a test lets it tell."""

    reachabilityChanged = Signal(Reachability)  # noqa: N815 - Qt's name


@pytest.mark.parametrize(
    ("told", "times"),
    [
        (Reachability.Online, 1),
        (Reachability.Disconnected, 0),
        (Reachability.Local, 0),
        (Reachability.Site, 0),
        (Reachability.Unknown, 0),
    ],
)
def test_only_a_network_that_is_there_wakes(
    app: QApplication, told: Reachability, times: int
) -> None:
    news, woken = News(app), []
    watch = NetworkWatch(lambda: woken.append(True), news, app)
    news.reachabilityChanged.emit(told)
    assert len(woken) == times
    watch.deleteLater()


def test_where_the_system_tells_nothing_the_till_works_without(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QNetworkInformation, "loadBackendByFeatures", lambda *_: False)
    assert watch_network(lambda: None, app) is None


@pytest.mark.anyio
async def test_the_system_is_listened_to_from_the_first_loss_on(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(network, "watch_network", lambda *_: begun.append(True))
    link, window = Observable(Link.ONLINE), QObject(app)
    watch_network_once_lost(link, lambda: None, window)
    link.set(Link.LIMITED)
    assert not begun
    link.set(Link.OFFLINE)
    await until(lambda: begun == [True])
    link.set(Link.ONLINE)
    link.set(Link.OFFLINE)
    window.deleteLater()
    assert begun == [True]
