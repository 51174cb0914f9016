"""The doctor's check of the administrator's policy: what it says, and who else could change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.config import overruled_variables
from giftill.domain.message import N_, Message

from .file_rights import weak_spots
from .findings import Check, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from giftill.config import Policy
    from giftill.config.policy import Decision

    from .context import Context
    from .file_rights import Spot
    from .terminal import Json

_POLICY = Check("policy", Message(N_("Policy")))


def check_policy(context: Context) -> tuple[Finding, ...]:
    """What the administrator of this PC decided, where that is written, and what is amiss."""
    policy = context.policy
    if policy.problem is not None:
        return (_POLICY.fail_with(policy.problem),)
    said = tuple(_said(policy))
    amiss = (
        *_unread(policy),
        *_tables(policy),
        *_unknown(policy),
        *_changeable(policy),
        *_overruled(context),
    )
    if not said and not amiss:
        return (_POLICY.ok(Message(N_("None: nothing is fixed on this PC."))),)
    return (*said, *amiss)


def policy_document(policy: Policy) -> Json:
    """Return what the policy says, for machines."""
    return {"fixed": _document(policy.fixed), "defaults": _document(policy.defaults)}


def _said(policy: Policy) -> Iterator[Finding]:
    fixes = N_("Fixed by “{where}”: {settings}.")
    proposes = N_("Proposed by “{where}”: {settings}.")
    for decided, words in ((policy.fixed, fixes), (policy.defaults, proposes)):
        for where in dict.fromkeys(each.where for each in decided.values()):
            settings = ", ".join(
                f"{name} = {_as_written(each.value)}"
                for name, each in decided.items()
                if each.where == where
            )
            yield _POLICY.ok(Message(words, {"where": where, "settings": settings}))


def _unread(policy: Policy) -> Iterator[Finding]:
    for path in policy.unread:
        yield _POLICY.warn(
            Message(
                N_("“{file}” is not read, because its name does not end in .toml."),
                {"file": str(path)},
            ),
            Message(N_("Rename it, if what it says is to hold; else move it to another folder.")),
        )


def _tables(policy: Policy) -> Iterator[Finding]:
    for name, where in policy.tables:
        yield _POLICY.warn(
            Message(
                N_("Nothing that stands under [{table}] in “{file}” is in force."),
                {"table": name[:60], "file": where},
            ),
            Message(
                N_(
                    "Write what is to be fixed at the top of the file, above every [table], and "
                    "what is to be proposed under [defaults]."
                )
            ),
        )


def _unknown(policy: Policy) -> Iterator[Finding]:
    # More is said of a table.
    unknown = [each for each in policy.unknown if each not in policy.tables]
    for where in dict.fromkeys(where for _, where in unknown):
        names = ", ".join(name for name, place in unknown if place == where)
        yield _POLICY.warn(
            Message(N_("Not understood: {names}."), {"names": names[:200]}),
            Message(N_("Correct the spelling in “{file}”."), {"file": where}),
        )


def _changeable(policy: Policy) -> Iterator[Finding]:
    told: set[Path] = set()
    for path in policy.paths:
        try:
            spots = tuple(weak_spots(path))
        except OSError:
            # It was read a moment ago, and is gone by now; the next start reads what is there then.
            continue
        for spot in spots:
            if spot.path not in told:
                told.add(spot.path)
                yield _changeable_at(spot, path)


def _changeable_at(spot: Spot, path: Path) -> Finding:
    if spot.link is not None:
        return _POLICY.warn(
            Message(
                N_("Others than the administrator can change “{place}”, where “{link}” leads."),
                {"place": str(spot.path), "link": str(spot.link)},
            ),
            Message(
                N_(
                    "Put what the link leads to in its place: the administrator’s own, and nobody "
                    "else’s to write to."
                )
            ),
        )
    if spot.path != path:
        return _POLICY.warn(
            Message(
                N_(
                    "Others than the administrator can change “{folder}”, and so put another "
                    "policy in the place of “{file}”."
                ),
                {"folder": str(spot.path), "file": str(path)},
            ),
            Message(N_("Let it be the administrator’s, and nobody else’s to write to.")),
        )
    return _POLICY.warn(
        Message(N_("Others than the administrator can change “{file}”."), {"file": str(path)}),
        Message(N_("Let it be the administrator’s, and nobody else’s to write to.")),
    )


def _overruled(context: Context) -> Iterator[Finding]:
    for variable in overruled_variables(context.environ, context.policy):
        yield _POLICY.warn(
            Message(
                N_("{name} is not heeded: the administrator of this PC fixed it."),
                {"name": variable},
            ),
            Message(N_("Take the variable away, so that it misleads nobody.")),
        )


def _document(decided: Mapping[str, Decision]) -> Json:
    return {name: {"value": each.value, "from": each.where} for name, each in decided.items()}


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
