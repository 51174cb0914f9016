"""The OpenAPI description against the running sandbox: neither may say what the other doesn't."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import ChecksConfig, GenerationConfig, PositiveDataAcceptanceConfig

from giftill.sandbox import SHOWCASE, SandboxConfig, SandboxServer
from tests.contract.kit import AUTHORIZED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemathesis import Case, CheckContext, HookContext, Response

DESCRIPTION = Path(__file__).parents[2] / "resources" / "openapi" / "gifty.yaml"

_EXAMPLES = 40
_JOURNEYS = 25
_STEPS = 12
_REAL: dict[str, list[str]] = {"code": sorted(card.code for card in SHOWCASE.values())}

described = schemathesis.openapi.from_path(str(DESCRIPTION))
described.config.generation = GenerationConfig(
    deterministic=True,
    max_examples=_EXAMPLES,
    # Unknown parameters are ignored, as they are by most servers; tokens have tests of their own.
    allow_extra_parameters=False,
    with_security_parameters=False,
)
# The state of a card or a transaction may refuse what the description allows: 422.
described.config.checks = ChecksConfig(
    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", "404", "422"])
)

# What a valid request may still name wrongly, as these depend on what is in the ledger and on the
# time.
_KNOWN_ONLY_TO_THE_LEDGER = {
    "X-Gifty-Location",
    "currency",
    "cursor_before",
    "expires_at",
    "package",
}


def _bounded(examples: int, **more: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        **cast("Any", more),
    )


def no_valid_field_is_refused(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A valid request is never refused over a field whose value the description allows."""
    assert case.meta is not None
    if response.status_code != 422 or not case.meta.generation.mode.is_positive:
        return
    allowed = set(_KNOWN_ONLY_TO_THE_LEDGER)
    if isinstance(case.body, dict) and isinstance(case.body.get("amount"), float):
        # JSON Schema takes 100.0 for an integer; money never travels as a float here.
        allowed.add("amount")
    for each in response.json()["errors"]:
        assert each["type"] != "validation_error" or each["title"] in allowed


def _name_real_things(
    _context: HookContext, path_parameters: dict[str, object] | None
) -> dict[str, object] | None:
    """Turn two thirds of the made-up codes and ids into real ones, to get past the 404."""
    if path_parameters is None:
        return None
    for name, known in _REAL.items():
        made_up = path_parameters.get(name)
        if isinstance(made_up, str) and len(made_up) % 3:
            path_parameters[name] = known[sum(map(ord, made_up)) % len(known)]
    return path_parameters


described.hook("map_path_parameters")(_name_real_things)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxConfig(rate_per_minute=0)) as server:
        _REAL["transaction"] = [row.id for row in server.ledger.transactions()]
        yield server
        assert server.ledger.balance_errors() == []


_each_endpoint = cast(
    "Callable[[Callable[..., None]], Callable[..., None]]", described.parametrize()
)


@_each_endpoint
@_bounded(_EXAMPLES)
def test_every_answer_is_described_and_every_bad_request_refused(
    case: Case[Any], sandbox: SandboxServer
) -> None:
    case.call_and_validate(
        base_url=sandbox.url, headers=AUTHORIZED, additional_checks=[no_valid_field_is_refused]
    )


@pytest.mark.usefixtures("sandbox")  # the ids of a new ledger are always the same
def test_every_answer_is_described_also_along_the_links_between_endpoints() -> None:
    made = 0
    machine: Any = described.as_state_machine()

    class Journey(machine):  # type: ignore[misc] # the library makes the class while it runs
        """A till that follows the links: hold, then capture or release, then refund.

        Each starts with a ledger of its own, as the library wants every journey to be one that can
        be made again.
        """

        def setup(self) -> None:
            self.server = SandboxServer(SandboxConfig(rate_per_minute=0))
            self.server.start()
            self.before = len(self.server.ledger.transactions())

        def teardown(self) -> None:
            nonlocal made
            made += len(self.server.ledger.transactions()) - self.before
            assert self.server.ledger.balance_errors() == []
            self.server.stop()

        def get_call_kwargs(self, _case: object) -> dict[str, object]:
            return {"headers": AUTHORIZED, "base_url": self.server.url}

    Journey.run(settings=_bounded(_JOURNEYS, stateful_step_count=_STEPS))
    assert made
