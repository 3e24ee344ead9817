"""Who may do what: every route, by everybody, on everybody's things, in one table.

A form is sent empty: 422 says that it was taken, and only its words are wanting. A visitor is asked to sign in (401).
What a person may not know of is answered as what is not there (404).

Ada (`member`) posted all items and made the comment. `{own}` is on a board where each sees their own cases, `{members}`
on one for members, `{hidden}` was put out of sight. `{seal}` and `{cases}` came in
a mail to Ben (`other`): the one stops mails, at the other his cases can be read.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db, edits, hiding, seals, sign_in, site, subscriptions, tags, votes, webhooks
from app.boards import Access, Board
from app.edits import Edit, Subject
from app.imports.csv_files import preparing
from app.items import Item
from app.outbox import Mail
from app.people import Person
from app.status_changes import proposals
from app.statuses import Status
from app.votes import Weight
from tests import factories, routes
from tests.fixtures.database import RolledBack

BrowserOf = Callable[[Person | None], TestClient]
CallerOf = Callable[[Person | None, str], TestClient]
API = "/api/"

WHO = ("visitor", "member", "other", "advocate", "maintainer", "owner")
SECRET = "Κρυφό αίτημα"
TABLE = """
GET  /                                                                200 200 200 200 200 200
GET  /roadmap                                                         200 200 200 200 200 200
GET  /openness                                                        200 200 200 200 200 200
GET  /changelog                                                       200 200 200 200 200 200
GET  /feed.atom                                                       200 200 200 200 200 200
GET  /feed.json                                                       200 200 200 200 200 200
GET  /changelog.atom                                                  200 200 200 200 200 200
GET  /changelog.json                                                  200 200 200 200 200 200
GET  /items/{public}/feed.atom                                        200 200 200 200 200 200
GET  /items/{hidden}/feed.atom                                        404 404 404 404 404 404
GET  /items/{members}/feed.atom                                       404 404 404 404 404 404
GET  /items/{own}/feed.atom                                           404 404 404 404 404 404
GET  /items/{public}/feed.json                                        200 200 200 200 200 200
GET  /items/{members}/feed.json                                       404 404 404 404 404 404
GET  /items/{public}                                                  200 200 200 200 200 200
GET  /items/{hidden}                                                  200 200 200 200 200 200
GET  /items/{members}                                                 404 200 200 200 200 200
GET  /items/{own}                                                     404 200 404 404 200 200
GET  /items/{public}/live                                             200 200 200 200 200 200
GET  /items/{hidden}/live                                             404 200 404 404 200 200
GET  /items/{members}/live                                            404 200 200 200 200 200
GET  /items/{own}/live                                                404 200 404 404 200 200
GET  /items/{public}/edits/{edit_public}                              200 200 200 200 200 200
GET  /items/{hidden}/edits/{edit_hidden}                              404 200 404 404 200 200
GET  /items/{own}/edits/{edit_own}                                    404 200 404 404 200 200
GET  /items/{public}/edits/{edit_own}                                 404 404 404 404 404 404
GET  /items/new                                                       200 200 200 200 200 200
GET  /items/similar                                                   200 200 200 200 200 200
GET  /items/{public}/edit                                             401 200 403 403 200 200
GET  /items/{hidden}/edit                                             401 403 403 403 200 200
GET  /items/{members}/edit                                            401 200 403 403 200 200
GET  /items/{own}/edit                                                401 200 404 404 200 200
GET  /items/{public}/comments/{comment_public}/edit                   401 200 403 403 403 403
GET  /items/{own}/comments/{comment_own}/edit                         401 200 404 404 403 403
GET  /items/{public}/comments/{comment_own}/edit                      401 404 404 404 404 404
GET  /items/{public}/comments/{comment_public}/hiding                 401 404 404 404 200 200
GET  /items/{own}/comments/{comment_own}/hiding                       401 404 404 404 200 200
GET  /items/{public}/comments/{comment_own}/hiding                    401 404 404 404 404 404
GET  /attachments/{file_public}                                       200 200 200 200 200 200
GET  /attachments/{file_own}                                          404 200 404 404 200 200
GET  /attachments/{file_public}/preview                               200 200 200 200 200 200
GET  /attachments/{file_own}/preview                                  404 200 404 404 200 200
GET  /attachments/{file_public}/removal                               401 200 403 403 200 200
GET  /attachments/{file_own}/removal                                  401 200 404 404 200 200
POST /attachments/{file_public}/removal                               401 303 403 403 303 303
POST /attachments/{file_own}/removal                                  401 303 404 404 303 303
GET  /me                                                              401 200 200 200 200 200
GET  /items/lookup                                                    401 404 404 200 200 200
GET  /status-changes/{change_public}/correction                       401 404 404 404 200 200
GET  /status-changes/{change_own}/correction                          401 404 404 404 200 200
GET  /robots.txt                                                      200 200 200 200 200 200
GET  /sitemap.xml                                                     200 200 200 200 200 200
GET  /sitemap-1.xml                                                   200 200 200 200 200 200
GET  /card.png                                                        200 200 200 200 200 200
GET  /items/{public}/card.png                                         200 200 200 200 200 200
GET  /items/{hidden}/card.png                                         404 404 404 404 404 404
GET  /items/{members}/card.png                                        404 200 200 200 200 200
GET  /items/{own}/card.png                                            404 200 404 404 200 200
GET  /healthz                                                         200 200 200 200 200 200
GET  /settings/import                                                 401 404 404 404 404 200
GET  /settings/import/{import}                                        401 404 404 404 404 200
GET  /settings/products                                               401 404 404 404 404 200
GET  /settings/samples                                                401 404 404 404 404 200
GET  /look.css                                                        200 200 200 200 200 200
GET  /logo                                                            404 404 404 404 404 404
GET  /items/{public}/hiding                                           401 404 404 404 200 200
GET  /items/{hidden}/hiding                                           401 404 404 404 200 200
GET  /items/{members}/hiding                                          401 404 404 404 200 200
GET  /items/{own}/hiding                                              401 404 404 404 200 200
GET  /me/profile                                                      401 200 200 200 200 200
GET  /cases/{cases}                                                   200 200 200 200 200 200
GET  /cases/{seal}                                                    404 404 404 404 404 404
GET  /mail/{cases}                                                    404 404 404 404 404 404
GET  /mail/{seal}                                                     200 200 200 200 200 200
GET  /mail/{seal}/items/{public}                                      200 200 200 200 200 200
GET  /mail/{seal}/items/{hidden}                                      404 404 404 404 404 404
GET  /mail/{seal}/items/{members}                                     200 200 200 200 200 200
GET  /mail/{seal}/items/{own}                                         404 404 404 404 404 404
GET  /mail/none                                                       404 404 404 404 404 404
GET  /me/address/{address}                                            401 200 404 404 404 404
GET  /me/dossier.json                                                 401 200 200 200 200 200
GET  /me/deletion                                                     401 200 200 200 200 200
GET  /settings/boards                                                 401 404 404 404 404 200
GET  /settings/boards/empty                                           401 404 404 404 404 200
GET  /settings                                                        401 404 404 404 404 200
GET  /settings/people                                                 401 404 404 404 404 200
GET  /settings/people/{member}                                        401 404 404 404 404 200
GET  /settings/tags                                                   401 404 404 404 404 200
GET  /settings/tags/speed                                             401 404 404 404 404 200
GET  /settings/webhooks                                               401 404 404 404 404 200
GET  /settings/webhooks/{webhook}                                     401 404 404 404 404 200
GET  /settings/rota                                                   401 404 404 404 404 200
GET  /settings/mail                                                   401 404 404 404 404 200
GET  /sign-in                                                         200 303 303 303 303 303
GET  /sign-in/{handle}                                                200 200 200 200 200 200
GET  /sign-in/{handle}/link/{secret}                                  200 200 200 200 200 200
GET  /triage                                                          401 404 404 404 200 200
GET  /me/tokens                                                       401 200 200 200 200 200
GET  /docs                                                            200 200 200 200 200 200
GET  /api/v1/openapi.json                                             200 200 200 200 200 200
GET  /api/v1/items                                                    200 200 200 200 200 200
GET  /api/v1/items/similar?title=search                               200 200 200 200 200 200
GET  /api/v1/items/{public}                                           200 200 200 200 200 200
GET  /api/v1/items/{hidden}                                           404 200 404 404 200 200
GET  /api/v1/items/{members}                                          404 200 200 200 200 200
GET  /api/v1/items/{own}                                              404 200 404 404 200 200
GET  /api/v1/items/{public}/comments                                  200 200 200 200 200 200
GET  /api/v1/items/{hidden}/comments                                  404 200 404 404 200 200
GET  /api/v1/items/{members}/comments                                 404 200 200 200 200 200
GET  /api/v1/items/{own}/comments                                     404 200 404 404 200 200
GET  /api/v1/items/{public}/status-changes                            200 200 200 200 200 200
GET  /api/v1/items/{hidden}/status-changes                            404 200 404 404 200 200
GET  /api/v1/items/{members}/status-changes                           404 200 200 200 200 200
GET  /api/v1/items/{own}/status-changes                               404 200 404 404 200 200
GET  /api/v1/items/{public}/vote                                      200 200 200 200 200 200
GET  /api/v1/items/{hidden}/vote                                      404 200 404 404 200 200
GET  /api/v1/items/{members}/vote                                     404 200 200 200 200 200
GET  /api/v1/items/{own}/vote                                         404 200 404 404 200 200
GET  /api/v1/triage                                                   401 404 404 404 200 200
POST /api/v1/session                                                  422 422 422 422 422 422
POST /api/v1/items                                                    401 422 422 422 422 422
PATCH /api/v1/items/{public}                                          401 200 403 403 200 200
PATCH /api/v1/items/{hidden}                                          401 403 403 403 200 200
PATCH /api/v1/items/{members}                                         401 200 403 403 200 200
PATCH /api/v1/items/{own}                                             401 200 404 404 200 200
PUT  /api/v1/items/{public}/vote                                      401 200 200 200 200 200
PUT  /api/v1/items/{hidden}/vote                                      401 403 403 403 200 200
PUT  /api/v1/items/{members}/vote                                     401 200 200 200 200 200
PUT  /api/v1/items/{own}/vote                                         401 200 404 404 200 200
DELETE /api/v1/items/{public}/vote                                    401 200 200 200 200 200
DELETE /api/v1/items/{hidden}/vote                                    401 403 403 403 200 200
DELETE /api/v1/items/{members}/vote                                   401 200 200 200 200 200
DELETE /api/v1/items/{own}/vote                                       401 200 404 404 200 200
PUT  /api/v1/items/{public}/follow                                    401 204 204 204 204 204
PUT  /api/v1/items/{hidden}/follow                                    401 403 403 403 204 204
PUT  /api/v1/items/{members}/follow                                   401 204 204 204 204 204
PUT  /api/v1/items/{own}/follow                                       401 204 404 404 204 204
DELETE /api/v1/items/{public}/follow                                  401 204 204 204 204 204
DELETE /api/v1/items/{hidden}/follow                                  401 204 204 204 204 204
DELETE /api/v1/items/{members}/follow                                 401 204 204 204 204 204
DELETE /api/v1/items/{own}/follow                                     401 204 404 404 204 204
POST /api/v1/items/{public}/comments                                  401 422 422 422 422 422
POST /api/v1/items/{hidden}/comments                                  401 422 422 422 422 422
POST /api/v1/items/{members}/comments                                 401 422 422 422 422 422
POST /api/v1/items/{own}/comments                                     401 422 404 404 422 422
PATCH /api/v1/items/{public}/comments/{comment_public}                401 422 422 422 422 422
PATCH /api/v1/items/{own}/comments/{comment_own}                      401 422 404 404 422 422
PUT  /api/v1/items/{public}/comments/{comment_public}/official        401 404 404 404 403 403
PUT  /api/v1/items/{own}/comments/{comment_own}/official              401 404 404 404 403 403
PUT  /api/v1/items/{public}/comments/{answer}/official                401 404 404 404 200 403
PUT  /api/v1/items/{public}/comments/{comment_own}/official           401 404 404 404 404 404
PUT  /api/v1/items/{public}/comments/{comment_public}/hiding          401 404 404 404 422 422
PUT  /api/v1/items/{own}/comments/{comment_own}/hiding                401 404 404 404 422 422
DELETE /api/v1/items/{public}/comments/{comment_public}/hiding        401 404 404 404 200 200
DELETE /api/v1/items/{own}/comments/{comment_own}/hiding              401 404 404 404 200 200
DELETE /api/v1/items/{public}/comments/{comment_own}/hiding           401 404 404 404 404 404
POST /api/v1/items/{public}/status-changes                            401 404 404 422 422 422
POST /api/v1/items/{hidden}/status-changes                            401 404 404 422 422 422
POST /api/v1/items/{members}/status-changes                           401 404 404 422 422 422
POST /api/v1/items/{own}/status-changes                               401 404 404 404 422 422
POST /api/v1/status-changes                                           401 404 404 404 422 422
PATCH /api/v1/status-changes/{change_public}                          401 404 404 404 422 422
PATCH /api/v1/status-changes/{change_own}                             401 404 404 404 422 422
POST /api/v1/items/{public}/target-moves                              401 404 404 404 422 422
POST /api/v1/items/{own}/target-moves                                 401 404 404 404 422 422
POST /api/v1/items/{public}/merge-proposals                           401 404 404 422 422 422
POST /api/v1/items/{own}/merge-proposals                              401 404 404 404 422 422
DELETE /api/v1/merge-proposals/{proposal}                             401 404 404 404 204 204
PUT  /api/v1/items/{public}/tags                                      401 404 404 422 422 422
PUT  /api/v1/items/{own}/tags                                         401 404 404 404 422 422
PUT  /api/v1/items/{public}/board                                     401 404 404 404 422 422
PUT  /api/v1/items/{own}/board                                        401 404 404 404 422 422
PUT  /api/v1/items/{public}/hiding                                    401 404 404 404 422 422
PUT  /api/v1/items/{own}/hiding                                       401 404 404 404 422 422
DELETE /api/v1/items/{hidden}/hiding                                  401 404 404 404 200 200
DELETE /api/v1/items/{own}/hiding                                     401 404 404 404 200 200
GET  /api/v1/boards                                                   200 200 200 200 200 200
GET  /api/v1/tags                                                     200 200 200 200 200 200
GET  /api/v1/me                                                       401 200 200 200 200 200
GET  /api/v1/people                                                   401 404 404 404 200 200
GET  /embed/items/{public}                                            200 200 200 200 200 200
GET  /embed/items/{public}.svg                                        200 200 200 200 200 200
GET  /embed/items/{public}/badge.json                                 200 200 200 200 200 200
GET  /embed/items/{hidden}                                            404 404 404 404 404 404
GET  /embed/items/{hidden}.svg                                        404 404 404 404 404 404
GET  /embed/items/{hidden}/badge.json                                 404 404 404 404 404 404
GET  /embed/items/{members}                                           404 404 404 404 404 404
GET  /embed/items/{members}.svg                                       404 404 404 404 404 404
GET  /embed/items/{members}/badge.json                                404 404 404 404 404 404
GET  /embed/items/{own}                                               404 404 404 404 404 404
GET  /embed/items/{own}.svg                                           404 404 404 404 404 404
GET  /embed/items/{own}/badge.json                                    404 404 404 404 404 404
GET  /embed/board                                                     200 200 200 200 200 200
GET  /embed/board.svg                                                 200 200 200 200 200 200
GET  /embed/daylight.css                                              200 200 200 200 200 200
GET  /embed/daylight.js                                               200 200 200 200 200 200
GET  /embed/identify.js                                               200 200 200 200 200 200
GET  /embed/frame.js                                                  200 200 200 200 200 200
GET  /embed/{absent}.js                                               404 404 404 404 404 404
GET  /oembed?url=http://localhost:8000/items/{public}                 200 200 200 200 200 200
GET  /oembed?url=http://localhost:8000/items/{hidden}                 404 404 404 404 404 404
GET  /oembed?url=http://localhost:8000/items/{members}                404 404 404 404 404 404
GET  /oembed?url=http://localhost:8000/items/{own}                    404 404 404 404 404 404
GET  /items/{public}/embed                                            200 200 200 200 200 200
GET  /items/{hidden}/embed                                            404 404 404 404 404 404
GET  /items/{members}/embed                                           404 404 404 404 404 404
GET  /items/{own}/embed                                               404 404 404 404 404 404
GET  /settings/embeds                                                 401 404 404 404 404 200
GET  /welcome/{token}                                                 404 404 404 404 404 404
POST /items/{public}/vote                                             401 303 303 303 303 303
POST /items/{hidden}/vote                                             401 403 403 403 303 303
POST /items/{members}/vote                                            401 303 303 303 303 303
POST /items/{own}/vote                                                401 303 404 404 303 303
POST /items/{public}/vote/withdrawal                                  401 303 303 303 303 303
POST /items/{hidden}/vote/withdrawal                                  401 403 403 403 303 303
POST /items/{members}/vote/withdrawal                                 401 303 303 303 303 303
POST /items/{own}/vote/withdrawal                                     401 303 404 404 303 303
POST /items/{public}/vote/weight                                      401 303 303 303 303 303
POST /items/{hidden}/vote/weight                                      401 303 303 303 303 303
POST /items/{members}/vote/weight                                     401 303 303 303 303 303
POST /items/{own}/vote/weight                                         401 303 404 404 303 303
POST /items/{public}/follow                                           401 303 303 303 303 303
POST /items/{hidden}/follow                                           401 403 403 403 303 303
POST /items/{members}/follow                                          401 303 303 303 303 303
POST /items/{own}/follow                                              401 303 404 404 303 303
POST /items/{public}/follow/withdrawal                                401 303 303 303 303 303
POST /items/{hidden}/follow/withdrawal                                401 303 303 303 303 303
POST /items/{members}/follow/withdrawal                               401 303 303 303 303 303
POST /items/{own}/follow/withdrawal                                   401 303 404 404 303 303
POST /items/new                                                       200 200 200 200 200 200
POST /items                                                           401 422 422 422 422 422
POST /items/{public}/edit                                             401 422 403 403 422 422
POST /items/{hidden}/edit                                             401 403 403 403 422 422
POST /items/{members}/edit                                            401 422 403 403 422 422
POST /items/{own}/edit                                                401 422 404 404 422 422
POST /items/{public}/comments                                         401 422 422 422 422 422
POST /items/{hidden}/comments                                         401 403 403 403 422 422
POST /items/{members}/comments                                        401 422 422 422 422 422
POST /items/{own}/comments                                            401 422 404 404 422 422
POST /items/{public}/comments/{comment_public}/edit                   401 422 403 403 403 403
POST /items/{own}/comments/{comment_own}/edit                         401 422 404 404 403 403
POST /items/{public}/comments/{comment_own}/edit                      401 404 404 404 404 404
POST /items/{public}/comments/{comment_public}/official               401 404 404 404 403 403
POST /items/{own}/comments/{comment_own}/official                     401 404 404 404 403 403
POST /items/{public}/comments/{answer}/official                       401 404 404 404 303 403
POST /items/{public}/comments/{comment_own}/official                  401 404 404 404 404 404
POST /items/{public}/comments/{comment_public}/hiding                 401 404 404 404 422 422
POST /items/{own}/comments/{comment_own}/hiding                       401 404 404 404 422 422
POST /items/{public}/comments/{comment_own}/hiding                    401 404 404 404 404 404
POST /items/{public}/comments/{comment_public}/hiding/withdrawal      401 404 404 404 303 303
POST /items/{own}/comments/{comment_own}/hiding/withdrawal            401 404 404 404 303 303
POST /items/{public}/comments/{comment_own}/hiding/withdrawal         401 404 404 404 404 404
POST /me/seen                                                         401 303 303 303 303 303
POST /items/{public}/status-changes                                   401 404 404 422 422 422
POST /items/{hidden}/status-changes                                   401 404 404 403 422 422
POST /items/{members}/status-changes                                  401 404 404 422 422 422
POST /items/{own}/status-changes                                      401 404 404 404 422 422
POST /items/{public}/target-moves                                     401 404 404 404 422 422
POST /items/{hidden}/target-moves                                     401 404 404 404 409 409
POST /items/{members}/target-moves                                    401 404 404 404 409 409
POST /items/{own}/target-moves                                        401 404 404 404 422 422
POST /items/{public}/merge-proposals                                  401 404 404 422 422 422
POST /items/{hidden}/merge-proposals                                  401 404 404 403 422 422
POST /items/{members}/merge-proposals                                 401 404 404 422 422 422
POST /items/{own}/merge-proposals                                     401 404 404 404 422 422
POST /merge-proposals/{proposal}/rejection                            401 404 404 404 303 303
POST /items/{public}/tags                                             401 404 404 303 303 303
POST /items/{hidden}/tags                                             401 404 404 403 303 303
POST /items/{members}/tags                                            401 404 404 303 303 303
POST /items/{own}/tags                                                401 404 404 404 303 303
POST /items/{public}/board                                            401 404 404 404 422 422
POST /items/{hidden}/board                                            401 404 404 404 422 422
POST /items/{members}/board                                           401 404 404 404 422 422
POST /items/{own}/board                                               401 404 404 404 422 422
POST /status-changes/{change_public}/correction                       401 404 404 404 422 422
POST /status-changes/{change_own}/correction                          401 404 404 404 422 422
POST /settings/import/{import}/removal                                401 404 404 404 404 303
POST /settings/products                                               401 404 404 404 404 422
POST /settings/products/1/removal                                     401 404 404 404 404 303
POST /settings/samples                                                401 404 404 404 404 409
POST /settings/samples/removal                                        401 404 404 404 404 303
POST /settings/import                                                 404 404 404 404 404 422
POST /settings/import/{import}                                        404 404 404 404 404 422
POST /theme                                                           303 303 303 303 303 303
POST /items/{public}/hiding                                           401 404 404 404 422 422
POST /items/{hidden}/hiding                                           401 404 404 404 422 422
POST /items/{members}/hiding                                          401 404 404 404 422 422
POST /items/{own}/hiding                                              401 404 404 404 422 422
POST /items/{public}/hiding/withdrawal                                401 404 404 404 303 303
POST /items/{hidden}/hiding/withdrawal                                401 404 404 404 303 303
POST /items/{members}/hiding/withdrawal                               401 404 404 404 303 303
POST /items/{own}/hiding/withdrawal                                   401 404 404 404 303 303
POST /me/profile                                                      401 422 422 422 422 422
POST /cases/{cases}/revocation                                        200 200 200 200 200 200
POST /cases/{seal}/revocation                                         404 404 404 404 404 404
POST /me/case-link                                                    401 303 303 303 303 303
POST /me/case-link/revocation                                         401 303 303 303 303 303
POST /mail/{seal}                                                     200 200 200 200 200 200
POST /mail/{seal}/items/{public}                                      200 200 200 200 200 200
POST /mail/{seal}/items/{hidden}                                      404 404 404 404 404 404
POST /mail/{seal}/items/{members}                                     200 200 200 200 200 200
POST /mail/{seal}/items/{own}                                         404 404 404 404 404 404
POST /mail/none                                                       404 404 404 404 404 404
POST /me/hearing                                                      401 422 422 422 422 422
POST /me/address                                                      401 422 422 422 422 422
POST /me/address/{address}                                            401 422 404 404 404 404
POST /me/arrival                                                      401 303 303 303 303 303
POST /me/sessions/revocation                                          401 303 303 303 303 303
POST /me/sessions/{mark}/revocation                                   401 303 303 303 303 303
POST /me/tokens                                                       401 422 422 422 422 422
POST /me/tokens/1/revocation                                          401 303 303 303 303 303
POST /me/deletion                                                     401 422 422 422 422 422
POST /settings/boards                                                 401 404 404 404 404 422
POST /settings/boards/empty                                           401 404 404 404 404 422
POST /settings/boards/empty/defect-questions                          401 404 404 404 404 303
POST /settings/boards/empty/step-up                                   401 404 404 404 404 303
POST /settings/boards/empty/removal                                   401 404 404 404 404 303
POST /settings                                                        401 404 404 404 404 422
POST /settings/logo                                                   401 404 404 404 404 422
POST /settings/logo/removal                                           401 404 404 404 404 303
POST /settings/people/{member}                                        401 404 404 404 404 422
POST /settings/tags                                                   401 404 404 404 404 422
POST /settings/tags/speed                                             401 404 404 404 404 422
POST /settings/tags/speed/merge                                       401 404 404 404 404 422
POST /settings/tags/speed/removal                                     401 404 404 404 404 303
POST /settings/webhooks                                                    401 404 404 404 404 422
POST /settings/webhooks/{webhook}                                          401 404 404 404 404 422
POST /settings/webhooks/{webhook}/test                                     401 404 404 404 404 303
POST /settings/webhooks/{webhook}/rotation                                 401 404 404 404 404 303
POST /settings/webhooks/{webhook}/pause                                    401 404 404 404 404 303
POST /settings/webhooks/{webhook}/pause/withdrawal                         401 404 404 404 404 303
POST /settings/webhooks/{webhook}/removal                                  401 404 404 404 404 303
POST /settings/webhooks/{webhook}/deliveries/{delivery}/again              401 404 404 404 404 303
POST /settings/rota                                                   401 404 404 404 404 303
POST /settings/mail/test                                              401 404 404 404 404 303
POST /settings/mail/{mail}/retry                                      401 404 404 404 404 303
POST /settings/embeds                                                 401 404 404 404 404 303
POST /sign-in                                                         422 422 422 422 422 422
POST /sign-in/{handle}                                                422 422 422 422 422 422
POST /sign-in/{handle}/again                                          303 303 303 303 303 303
POST /sign-in/{handle}/link/{secret}                                  303 303 303 303 303 303
POST /sign-out                                                        303 303 303 303 303 303
POST /triage/status-changes                                           401 404 404 404 422 422
POST /welcome/{token}                                                 404 404 404 404 404 404
"""
# The columns stand in the order of WHO.
ROWS = [line.split() for line in TABLE.strip().splitlines() if line.strip()]


@pytest.fixture
def people(
    member: Person, other_member: Person, advocate: Person, maintainer: Person, owner: Person
) -> dict[str, Person | None]:
    return dict(zip(WHO, (None, member, other_member, advocate, maintainer, owner), strict=True))


@pytest.fixture
def private(session: Session, member: Person) -> dict[str, Item]:
    """An item on each kind of private board."""
    factories.board(session, "members", name="Members", access=Access.MEMBERS)
    factories.board(session, "own", name="Own", access=Access.OWN_CASES)
    return {slug: factories.item(session, member, f"{SECRET} {slug}", board=slug) for slug in ("members", "own")}


@pytest.fixture
def places(
    session: Session, database: RolledBack, private: dict[str, Item], member: Person, other_member: Person,
    advocate: Person, maintainer: Person, owner: Person,
) -> dict[str, str]:  # fmt: skip
    """What stands in the addresses of the table."""
    public, hidden = factories.item(session, member), factories.item(session, member, f"{SECRET} hidden")
    hiding.hide(session, hidden, maintainer, "It was spam.")
    own = private["own"]
    comments = {f"comment_{name}": factories.comment(session, item, member) for name, item in
                (("public", public), ("own", own))}  # fmt: skip
    answer = factories.comment(session, public, maintainer, "We think so too.")
    changed = {f"edit_{name}": _edit(session, item, member) for name, item in
               (("public", public), ("hidden", hidden), ("own", own))}  # fmt: skip
    files = {f"file_{name}": factories.attach(session, item, member).key for name, item in
             (("public", public), ("own", own))}  # fmt: skip
    changes = {f"change_{name}": factories.move(session, item, maintainer, Status.PLANNED) for name, item in
               (("public", public), ("own", own))}  # fmt: skip
    twin = factories.item(session, member, "Search finds nothing at all")
    proposal = proposals.propose(session, twin, advocate, str(public.number), "The same.")
    batch = preparing.prepare(database, io.BytesIO(b"id,title\n1,Dark mode\n"), "ideas.csv", by_id=owner.id)
    factories.board(session, "empty")
    tags.add(session, owner, "Speed")
    hook = webhooks.add(session, owner, "https://hooks.example.org/", list(webhooks.OFFERED))
    delivery = webhooks.test(session, hook)
    session.flush()
    handle = sign_in.begin(session, "new@example.org", network="here")
    session.flush()
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    rows = {
        "answer": answer,
        **comments,
        **changes,
        **changed,
        "proposal": proposal,
        "import": batch,
        "mail": mail,
        "webhook": hook,
        "delivery": delivery,
    }
    numbers = {"public": public, "hidden": hidden, **private}
    return {name: str(item.number) for name, item in numbers.items()} | {
        **{name: str(row.id) for name, row in rows.items()},  # type: ignore[attr-defined]
        "handle": handle, "secret": mail.body.partition("/link/")[2].partition(">")[0], "member": str(member.id),
        "address": sign_in.begin_change(session, member, "later@example.org"), "mark": "0" * 16,
        **files, "token": "none", "seal": seals.of(session, other_member, seals.For.MAILS),
        "cases": seals.of(session, other_member, seals.For.CASES), "absent": "99999",
    }  # fmt: skip


def _edit(session: Session, item: Item, person: Person) -> Edit:
    edits.keep(session, Subject.ITEM, item.number, person.key, {"title": item.title}, db.now())
    return edits.of(session, {Subject.ITEM: [item.number]})[Subject.ITEM][item.number][0]


@contextmanager
def undone(database: RolledBack) -> Iterator[None]:
    """What is done in here is undone, so that all who try find the same."""
    database.of_test.flush()
    point = database.connection.begin_nested()
    yield
    point.rollback()
    database.of_test.expire_all()


@pytest.fixture
def caller_of(browser_of: BrowserOf, script_of: BrowserOf) -> CallerOf:
    """The browser in which a person opens a page, or the script that calls the API: as if it had not been used yet."""
    callers: dict[tuple[int | None, bool], tuple[TestClient, dict[str, str]]] = {}

    def caller(person: Person | None, path: str) -> TestClient:
        is_script = path.startswith(API)
        key = (person.id if person else None, is_script)
        if key not in callers:
            made = script_of(person) if is_script else browser_of(person)
            callers[key] = made, dict(made.cookies)
        client, client.cookies = callers[key]
        return client

    return caller


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_everybody_may_do_what_the_table_says(
    database: RolledBack, caller_of: CallerOf, people: dict[str, Person | None], places: dict[str, str], who: str
) -> None:
    wrong = []
    for method, path, *statuses in ROWS:
        caller = caller_of(people[who], path)
        body = {} if method == "GET" else {"json": {}} if path.startswith(API) else {"data": {}}
        with undone(database):
            answer = caller.request(method, path.format_map(places), **body)
        if str(answer.status_code) != statuses[WHO.index(who)]:
            wrong.append(f"{method:4} {path:55} {answer.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_route_has_a_row() -> None:
    missing = [
        f"{method} {route.path}"
        for method in routes.METHODS
        for route in routes.every(method)
        if not any(row[0] == method and routes.is_at(route, row[1]) for row in ROWS)
    ]
    assert missing == []


def test_no_page_takes_another_method() -> None:
    others = [method for method in routes.METHODS if method not in {"GET", "POST"}]
    assert [method for method in others if routes.pages(method)] == []


@pytest.mark.parametrize("who", ["visitor", "other", "advocate"])
def test_what_is_forbidden_looks_like_what_is_not_there(
    database: RolledBack, caller_of: CallerOf, people: dict[str, Person | None], places: dict[str, str], who: str
) -> None:
    for method, path in {(row[0], row[1]) for row in ROWS if "{own}" in row[1]}:
        browser = caller_of(people[who], path)
        pages = []
        for number in (places["own"], places["absent"]):
            with undone(database):
                answer = browser.request(method, path.format_map(places | {"own": number}))
            words = re.sub(rf"/items/{number}\b", "/items/N", answer.text)
            pages.append((answer.status_code, words, sorted(answer.headers)))
        assert pages[0] == pages[1], path


LISTS = [
    "/", "/?sort=new", "/?sort=votes", "/?sort=waiting", "/?sort=answered", "/?status=planned", "/?kind=idea",
    "/?q={words}", "/items/similar?title={words}", "/items/lookup?q={words}", "/items/new?title={words}", "/roadmap",
    "/sitemap.xml", "/sitemap-1.xml", "/me", "/me?show=voted", "/me?show=following", "/items/{public}", "/card.png",
    "/robots.txt", "/me/dossier.json", "/api/v1/items", "/api/v1/items?q={words}", "/api/v1/items?sort=waiting",
    "/api/v1/items/similar?title={words}", "/api/v1/items/{public}", "/api/v1/items/{public}/status-changes",
    "/feed.atom", "/feed.json?sort=answered", "/feed.atom?q={words}", "/changelog", "/changelog.atom",
    "/embed/board?sections=new,planned", "/embed/board.svg?sections=new,planned", "/items/{public}/feed.atom",
]  # fmt: skip


@pytest.mark.parametrize("name", ["own", "members", "hidden"])
def test_what_is_private_is_in_no_list_of_others(
    session: Session, caller_of: CallerOf, people: dict[str, Person | None], places: dict[str, str], name: str
) -> None:
    """Also not for who voted and followed while it was public, nor through what was merged with it."""
    secret = session.get_one(Item, int(places[name]))
    assert people["other"] is not None
    general = session.exec(select(Board).where(Board.slug == "general")).one()
    board_id, hidden_at = secret.board_id, secret.hidden_at
    secret.board_id, secret.hidden_at = general.id or 0, None
    session.add(secret)
    votes.cast(session, secret, people["other"])
    subscriptions.follow(session, secret, people["other"])
    secret.board_id, secret.hidden_at = board_id, hidden_at
    session.add(secret)
    session.flush()
    known = {
        "own": ("visitor", "other", "advocate"),
        "members": ("visitor",),
        "hidden": ("visitor", "other", "advocate"),
    }
    for who in known[name]:
        for path in LISTS:
            page = caller_of(people[who], path).get(path.format_map(places | {"words": SECRET}))
            text = page.text.replace(f'value="{SECRET}"', "")
            assert f"{SECRET} {name}" not in text, (who, path)
            assert f"/items/{secret.number}<" not in text, (who, path)
            assert f'/items/{secret.number}"' not in text, (who, path)


def test_the_board_itself_is_private(browser_of: BrowserOf, private: dict[str, Item], other_member: Person) -> None:
    """A visitor learns of no private board. Members know of the board where they may post their own cases."""
    for path in ("/", "/items/new"):
        page = browser_of(None).get(path).text
        assert [word for word in (">Members<", ">Own<") if word in page] == [], path
    assert [browser_of(None).get(f"/?board={slug}").status_code for slug in (*private, "absent")] == [404] * 3
    assert browser_of(other_member).get("/?board=own").status_code == 200


TWIN = "The same again"
OF_TWIN = [
    "/?status=duplicate", f"/?status=duplicate&q={TWIN}", f"/items/similar?title={TWIN}", f"/items/new?title={TWIN}",
    "/me", "/me?show=voted", "/me/dossier.json", "/items/{twin}", "/items/{twin}/feed.atom", "/items/{twin}/feed.json",
    "/feed.atom?status=duplicate", "/feed.json?status=duplicate", "/embed/items/{twin}", "/embed/items/{twin}.svg",
    "/api/v1/items?status=duplicate", f"/api/v1/items/similar?title={TWIN}", "/api/v1/items/{twin}",
    "/api/v1/items/{twin}/vote", "/api/v1/items/{twin}/status-changes",
]  # fmt: skip
ROOT = 471_147_114  # longer than any number of a time, which may hold any four digits


@pytest.fixture(params=["narrowed", "hidden"])
def twin(
    request: pytest.FixtureRequest, session: Session, member: Person, other_member: Person, maintainer: Person
) -> Item:
    """An item that was merged while both were public into another, of which few may know by now."""
    board = factories.board(session, "later")
    site.lock(session).last_item_number = ROOT - 1
    into = factories.item(session, maintainer, SECRET, board="later")
    twin = factories.item(session, member, TWIN)
    votes.cast(session, twin, other_member)
    votes.weigh(session, votes.cast(session, into, member), member, Weight.BLOCKS_ME)
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    if request.param == "narrowed":
        board.access = Access.OWN_CASES
    else:
        hiding.hide(session, into, maintainer, "It names a customer.")
    session.flush()
    return twin


def names_root(text: str) -> bool:
    return SECRET in text or str(ROOT) in text or "Blocks me</dt>" in text or '"blocks_me":' in text


def test_no_page_names_what_an_item_was_merged_into_out_of_sight(
    twin: Item, caller_of: CallerOf, people: dict[str, Person | None]
) -> None:
    doors = [path.format(twin=twin.number) for path in OF_TWIN]
    for who in ("visitor", "other", "advocate"):
        answers = {path: caller_of(people[who], path).get(path) for path in doors}
        assert [path for path, answer in answers.items() if names_root(answer.text)] == [], who
        assert {answer.status_code for path, answer in answers.items() if "/me" not in path} == {200}
    assert names_root(caller_of(people["maintainer"], "/").get("/?status=duplicate").text)


@pytest.mark.parametrize("path", ["vote", "vote/withdrawal", "vote/weight", "follow", "follow/withdrawal", "comments"])
def test_no_answer_names_what_an_item_was_merged_into_out_of_sight(
    twin: Item, browser_of: BrowserOf, other_member: Person, path: str
) -> None:
    browser = browser_of(other_member)
    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.post(f"{twin.path}/{path}", headers=headers)
        assert not names_root(answer.text + browser.get(twin.path).text)


@pytest.mark.parametrize("path", ["vote", "vote/withdrawal", "vote/weight", "follow", "follow/withdrawal", "comments"])
def test_no_answer_tells_what_a_hidden_item_said(
    session: Session, browser_of: BrowserOf, places: dict[str, str], other_member: Person, path: str
) -> None:
    for who in (None, other_member):
        for headers in ({}, {"HX-Request": "true"}):
            browser = browser_of(who)
            answer = browser.post(f"/items/{places['hidden']}/{path}", headers=headers)
            assert SECRET not in answer.text + browser.get(f"/items/{places['hidden']}").text
