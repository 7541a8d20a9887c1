"""Who is who: which person an identifier belongs to, decided without a database.

- A user id decides. Next an e-mail address, unless it belongs to somebody with another user id.
- An anonymous id never decides against these: it joins the person they name, unless it belongs to somebody
  who is known by another name already (two people on one device).
- Known people are never merged here: that is a decision for people to take.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from accounts.identifiers import uuid7
from journeys.incoming import IdentityKey
from journeys.models import IdentityKind


class Register:
    """Identities and their people, as known and as they shall be."""

    def __init__(self, known: Mapping[IdentityKey, UUID]) -> None:
        self.owners = dict(known)
        self.held: dict[UUID, set[IdentityKey]] = defaultdict(set)
        for identity, person in known.items():
            self.held[person].add(identity)
        self.born: set[UUID] = set()
        self.added: dict[IdentityKey, UUID] = {}
        self.moved: dict[IdentityKey, UUID] = {}
        self.left: dict[UUID, UUID] = {}
        """People from whom an identity went, and to whom it went."""

    @property
    def emptied(self) -> dict[UUID, UUID]:
        """People who were there and have no identity left, and who took the last one over."""
        there = {person: heir for person, heir in self.left.items() if person not in self.born}
        return {person: heir for person, heir in there.items() if not self.held[person]}

    def meet(self, identity: IdentityKey) -> UUID:
        """The person with this identity; somebody new where nobody has it."""
        return self.owners.get(identity) or self._give(identity, self._somebody_new())

    def recognise(self, identities: Sequence[IdentityKey]) -> UUID:
        """The person whom these identities name together, the surest first; they are tied to each other."""
        person = self._home(identities) or self._somebody_new()
        for identity in identities:
            owner = self.owners.get(identity)
            if owner is None:
                self._give(identity, person)
            elif owner != person and identity[0] == IdentityKind.ANONYMOUS and not self._is_known(owner):
                self._move(identity, owner, person)
        return person

    def _home(self, identities: Sequence[IdentityKey]) -> UUID | None:
        stated = {kind for kind, _ in identities}
        for identity in identities:
            owner = self.owners.get(identity)
            if owner is not None and self._decides(identity[0], owner, stated):
                return owner
        return None

    def _decides(self, kind: str, owner: UUID, stated: Iterable[str]) -> bool:
        match kind:
            case IdentityKind.USER:
                return True
            case IdentityKind.EMAIL:
                return IdentityKind.USER not in stated or not self._has(owner, IdentityKind.USER)
            case _:
                return set(stated) == {IdentityKind.ANONYMOUS} or not self._is_known(owner)

    def _is_known(self, person: UUID) -> bool:
        return any(kind != IdentityKind.ANONYMOUS for kind, _ in self.held[person])

    def _has(self, person: UUID, kind: str) -> bool:
        return any(other == kind for other, _ in self.held[person])

    def _somebody_new(self) -> UUID:
        person = uuid7()
        self.born.add(person)
        return person

    def _give(self, identity: IdentityKey, person: UUID) -> UUID:
        self.owners[identity] = self.added[identity] = person
        self.held[person].add(identity)
        return person

    def _move(self, identity: IdentityKey, owner: UUID, person: UUID) -> None:
        self.held[owner].discard(identity)
        self.held[person].add(identity)
        self.owners[identity] = person
        self.left[owner] = person
        if identity in self.added:
            self.added[identity] = person
        else:
            self.moved[identity] = person
