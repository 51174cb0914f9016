"""The system's word that the network has returned: it wakes the outbox, and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, QTimer

from giftill.services.connectivity import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance
    from PySide6.QtNetwork import QNetworkInformation

    from giftill.services.observable import Observable

# What the cashier is told about the missing network is painted by then.
_AFTER_LOSS_MS: Final = 1_000


class NetworkNews(Protocol):
    """What the system tells about the network, as far as it is listened to."""

    @property
    def reachabilityChanged(self) -> SignalInstance:
        """Told with the new reachability."""


class NetworkWatch(QObject):
    """Tells when the system says that something can be reached again."""

    def __init__(self, returned: Callable[[], None], news: NetworkNews, parent: QObject) -> None:
        """Call `returned` whenever `news` say that the network is there."""
        super().__init__(parent)
        self._returned = returned
        news.reachabilityChanged.connect(self._changed)

    def _changed(self, reachability: QNetworkInformation.Reachability) -> None:
        from PySide6.QtNetwork import QNetworkInformation

        # A log-in page or a local network is no way to the API; the next request would only fail.
        if reachability is QNetworkInformation.Reachability.Online:
            self._returned()


def watch_network(returned: Callable[[], None], parent: QObject) -> NetworkWatch | None:
    """Listen to the system's word on the network; None where the system has none.

    Args:
        returned: Called when the network has returned.
        parent: Ends it with itself.
    """
    # Loading it takes longer than a window may, so whoever calls this does so once it is seen.
    from PySide6.QtNetwork import QNetworkInformation

    feature = QNetworkInformation.Feature.Reachability
    if not QNetworkInformation.loadBackendByFeatures(feature):
        return None
    return NetworkWatch(returned, QNetworkInformation.instance(), parent)


def watch_network_once_lost(
    link: Observable[Link], returned: Callable[[], None], parent: QObject
) -> None:
    """Listen to the system's word from the first time on that a request finds no network.

    Nobody needs it before, and it takes a tenth of a second and more than ten megabytes.
    """

    def follow(now: Link) -> None:
        if now is Link.OFFLINE:
            stop()
            QTimer.singleShot(_AFTER_LOSS_MS, parent, lambda: watch_network(returned, parent))

    stop = link.subscribe(follow)
    parent.destroyed.connect(lambda *_: stop())
    follow(link.value)
