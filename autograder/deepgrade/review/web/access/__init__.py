"""Who may enter: accounts, sessions, and how often a password may be tried."""

from deepgrade.review.web.access.accounts import Account, Accounts, Role
from deepgrade.review.web.access.attempts import LoginAttempts, TooManyAttempts
from deepgrade.review.web.access.proxy_secret import proxy_secret
from deepgrade.review.web.access.sessions import SessionFacts, Sessions
from deepgrade.review.web.access.store import AccessStore
from deepgrade.review.web.errors import AccessError

__all__ = [
    "AccessError",
    "AccessStore",
    "Account",
    "Accounts",
    "LoginAttempts",
    "Role",
    "SessionFacts",
    "Sessions",
    "TooManyAttempts",
    "proxy_secret",
]
