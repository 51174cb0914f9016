"""The system's word that the network has returned: it wakes the outbox, and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance
    from PySide6.QtNetwork import QNetworkInformation


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
