"""Signatures: who gave them, in whose place, in which order, and how one is taken back.

A chain is the roles that sign, in order, and the signatures given so far. It knows nothing of
what is approved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from domain.messages import Message, Refusal, RefusalCode, Role, World


class Names(Message):
    """Who did something, and in whose place (SEG-6)."""

    person: UUID
    on_behalf_of: UUID | None = None

    @property
    def both(self) -> frozenset[UUID]:
        principal = () if self.on_behalf_of is None else (self.on_behalf_of,)
        return frozenset((self.person, *principal))


class Signature(Names):
    """A name, or two, under a step of a chain."""

    role: Role


def names(world: World) -> Names:
    """Who gives the command."""
    return Names(person=world.actor.id, on_behalf_of=world.actor.on_behalf_of)


@dataclass(frozen=True, slots=True)
class Mandate:
    """In which roles a command is given, and by whom (SEG-6)."""

    names: Names
    roles: frozenset[Role]


# ── refusals ────────────────────────────────────────────────────────────────


class ApproverPrepared(Refusal):
    """Whoever requested or prepared this cannot approve it, nor have it approved for them."""

    rule = "SEG-1"


class NotYourTurn(Refusal):
    """The chain is signed in its order."""

    rule = "SEG-4"


class SignedTwice(Refusal):
    """Nobody can give two signatures of one chain, in their own name or another's."""

    rule = "SEG-4"


class NoSuchSignature(Refusal):
    """You gave no signature here that could be revoked."""

    code = RefusalCode.NOT_FOUND
    rule = "SEG-5"


class NextStepTaken(Refusal):
    """A signature cannot be revoked after the next step was taken."""

    rule = "SEG-5"


# ── the chain ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SigningChain:
    """The steps of an approval, in order, and the signatures so far."""

    steps: tuple[Role, ...]
    signatures: tuple[Signature, ...] = ()

    @property
    def next_step(self) -> Role | None:
        """The role whose turn it is; None if the chain is complete."""
        remaining = self.steps[len(self.signatures) :]
        return remaining[0] if remaining else None

    @property
    def complete(self) -> bool:
        return self.next_step is None

    def signed(self, signature: Signature) -> SigningChain:
        return replace(self, signatures=(*self.signatures, signature))

    def without_last(self) -> SigningChain:
        return replace(self, signatures=self.signatures[:-1])


def sign(chain: SigningChain, mandate: Mandate, prepared_by: frozenset[UUID]) -> Signature:
    """The signature for the next step, by none of those who prepared it (SEG-1, SEG-4)."""
    assert chain.next_step is not None, "a complete chain is not signed"
    if mandate.names.both & prepared_by:
        raise ApproverPrepared
    if any(mandate.names.both & signature.both for signature in chain.signatures):
        raise SignedTwice
    if chain.next_step not in mandate.roles:
        raise NotYourTurn(f"The next signature is that of a {chain.next_step}.")
    return Signature(**mandate.names.model_dump(), role=chain.next_step)


def revoke(chain: SigningChain, mandate: Mandate) -> Signature:
    """The signature that its giver takes back: the last one, before the next step (SEG-5).

    Who stands in for the giver takes back only what was signed in a role they stand in for.
    """
    given = [signature for signature in chain.signatures if theirs(signature, mandate)]
    if not given:
        raise NoSuchSignature
    if given[-1] != chain.signatures[-1]:
        raise NextStepTaken
    return given[-1]


def theirs(signature: Signature, mandate: Mandate) -> bool:
    """Given by them, for them, or by whom they stand in for in that role."""
    represented = mandate.names.on_behalf_of in signature.both
    own = mandate.names.person in signature.both
    return own or (represented and signature.role in mandate.roles)
