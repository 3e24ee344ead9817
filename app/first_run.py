"""The first start: one site, one board, and a link that makes the person who opens it the owner."""

import hmac
import secrets

from sqlmodel import Session, col, select

from app import db, people, roles, sessions, site, text
from app.boards import Board
from app.people import Person, Role
from app.refusals import NotFound
from app.site import Site
from app.words import _


def prepare(session: Session) -> None:
    """Make the rows that everything else relies on, unless they are there or just come from another process."""
    if session.get(Site, 1) is None:
        db.insert_new(session, Site, Site(name=_("Our board")).model_dump())
    if session.exec(select(Board.id).limit(1)).first() is None:
        db.insert_new(session, Board, Board(slug="general", name=_("General")).model_dump(exclude={"id"}))


def has_owner(session: Session) -> bool:
    owners = select(Person.id).where(Person.role == Role.OWNER, col(Person.deleted_at).is_(None)).limit(1)
    return session.exec(owners).first() is not None


def owner_link(session: Session, base_url: str) -> str | None:
    """A fresh one-time link for the first owner, which ends the one before; None once there is an owner."""
    if has_owner(session):
        return None
    token = secrets.token_urlsafe(24)
    site.the(session).owner_link_hash = sessions.hashed(token)
    return f"{base_url}/welcome/{token}"


def need_valid(session: Session, token: str) -> None:
    """Raise NotFound unless the link still makes an owner."""
    is_newest = hmac.compare_digest(site.the(session).owner_link_hash or "", sessions.hashed(token))
    if not is_newest or has_owner(session):
        raise NotFound(_("This link was used before, or a newer one was printed."))


def claim(session: Session, token: str, *, name: str, email: str, title: str, site_name: str) -> Person:
    """Make the person who holds the link the owner. Raises NotFound for a spent link, Invalid for a field."""
    the = site.lock(session)
    need_valid(session, token)
    check = text.Checks()
    name = check.line("name", name, label=_("Your name"), most=text.NAME_MOST)
    address = people.checked_email(check, email)
    title = check.line("title", title, label=_("Title"), most=text.NAME_MOST, needed=False)
    site_name = check.line("site_name", site_name, label=_("Name of the board"), most=text.NAME_MOST)
    check.done()
    owner = people.with_email(session, address) or people.join(session, address)
    owner.name, owner.title = name, title
    roles.change(session, owner, Role.OWNER, owner)
    the.name, the.owner_link_hash = site_name, None
    return owner
