"""The desk’s settings, read from the environment. A setting exists where two desks differ."""

import os
import sys
from pathlib import Path

from supportdesk.lib.addresses import database, file_storage, limit, mail_server

ROOT = Path(__file__).resolve().parent.parent

# --- What kind of desk this is ------------------------------------------------------------------

#: ``trial`` (./desk up: nothing leaves the machine), ``test``, or ``production``.
MODE = os.environ.get("SUPPORTDESK_MODE", "production")
TRIAL = MODE in {"trial", "test"}
DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY", "")
#: Links in mails are always built from this, never from what a request says its host is.
PUBLIC_BASE_URL = os.environ.get("PUBLIC_BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost 127.0.0.1" if TRIAL else "").split()
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
#: How many proxies of ours stand in front: the client’s address is taken that far from the right.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
DATA_DIR = Path(os.environ.get("DATA_DIR", ROOT / "var"))

#: Where ``backup`` writes when it is not told. Best on another disk than the data.
BACKUP_DIR = Path(os.environ.get("BACKUP_DIR", DATA_DIR / "backups"))

# --- Parts --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "supportdesk",
    "customers",
    "tickets",
    "feedback",
    "supportdesk.dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "supportdesk.lib.logs.request_id",
    "supportdesk.lib.traffic.count",
    "django.middleware.security.SecurityMiddleware",
    "supportdesk.lib.csp.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "supportdesk.lib.person.language_and_zone",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "supportdesk.lib.access.deny_what_declares_nothing",
]

ROOT_URLCONF = "supportdesk.urls"
WSGI_APPLICATION = "supportdesk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "supportdesk.lib.person.desk",
                "supportdesk.alarms.alarms",
            ],
            "builtins": ["supportdesk.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "supportdesk.lib.controls.Renderer"

# --- Postgres: the truth, the sessions, the limits and the cache ---------------------------------

DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgres:///supportdesk"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# The cache is a Postgres table too: with Redis gone no page fails and no limit is lifted.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Celery: it only rings the bell, the rows say what is to be done -----------------------------

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL

# --- Mail ---------------------------------------------------------------------------------------

#: Where outgoing mail goes: host, port, user, password, TLS. Read by the outbox alone.
MAIL_SERVER = mail_server(os.environ.get("EMAIL_URL", "smtp://localhost:25"))
#: The domain of our Message-IDs.
MAIL_DOMAIN = os.environ.get("MAIL_DOMAIN", "desk.localhost")
#: How long one mail may take, from the first packet to the last answer.
MAIL_DEADLINE_SECONDS = 60
#: The log of a relay beside us. It knows whether a mail was taken when we don’t; empty: nobody does.
MAIL_JOURNAL = os.environ.get("MAIL_JOURNAL", "")
#: How many strangers an hour are told that we have their message; more is somebody’s mail bomb.
ACKNOWLEDGEMENTS_PER_HOUR = int(os.environ.get("ACKNOWLEDGEMENTS_PER_HOUR", "100"))
#: Files above this are offered on the ticket’s page instead of mailed.
MAILED_FILES_LIMIT_BYTES = 10 * 1024 * 1024
#: Nothing may send past the outbox; Django’s own mail functions meet an error.
EMAIL_BACKEND = "supportdesk.outbox.NothingSendsPastTheOutbox"

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "supportdesk.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["supportdesk.lib.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:inbox"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "supportdesk.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
# Tries are counted in Postgres by supportdesk.sign_in; allauth’s own counters are not exact.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
#: (times, seconds) for one account, one network (/24 or /64), and codes of one person.
SIGN_IN_LIMIT_PER_ACCOUNT = (10, 900)
SIGN_IN_LIMIT_PER_NETWORK = (100, 900)
SECOND_FACTOR_LIMIT = (6, 300)
PASSWORD_RESET_LIMIT_PER_ACCOUNT = (3, 3600)
PASSWORD_RESET_LIMIT_PER_NETWORK = (20, 3600)
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 -- the name of a class
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_FORMS = {
    "login": "supportdesk.account.forms.SignIn",
    "reauthenticate": "supportdesk.account.forms.Reauthenticate",
    "change_password": "supportdesk.account.forms.ChangePassword",
    "set_password": "supportdesk.account.forms.FirstPassword",
    "reset_password": "supportdesk.account.forms.ForgotPassword",
    "reset_password_from_key": "supportdesk.account.forms.NewPassword",
}
MFA_FORMS = {
    "authenticate": "supportdesk.account.forms.Code",
    "reauthenticate": "supportdesk.account.forms.CodeAgain",
    "activate_totp": "supportdesk.account.forms.ActivateApp",
    "add_webauthn": "supportdesk.account.forms.AddPasskey",
}
MFA_ADAPTER = "supportdesk.sign_in.SecondFactors"
# People are invited by mail, or set the desk up themselves: nobody else’s address is taken.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = TRIAL
MFA_TOTP_ISSUER = "Supportdesk"

# --- Cookies and headers ------------------------------------------------------------------------

# __Host- cookies are Secure; browsers take them from http://localhost too.
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "supportdesk.views.form_expired"
LANGUAGE_COOKIE_NAME = "language"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if not TRIAL:
    SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
    # The health pages are asked by load balancers over plain http, from inside.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

# --- Words and time -----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [ROOT / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", DATA_DIR / "static"))
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "supportdesk.lib.assets.StylesheetFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    # STORAGE_URL names an object store; several web machines then need no disk in common.
    "default": file_storage(os.environ.get("STORAGE_URL", ""), DATA_DIR / "files"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "supportdesk.lib.assets.HashedAssets"
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"
#: One file of a message, all files of a message, and how many of them.
FILE_LIMIT_BYTES = 25 * 1024 * 1024
MESSAGE_FILES_LIMIT_BYTES = 50 * 1024 * 1024
MESSAGE_FILES_LIMIT = 10
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "tickets.upload_cap.Cap",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- How often a stranger may write (DeskLimit rows; tests and drills raise them) -----------------

#: (times, seconds) for one sender’s address, one network (/24 or /64), and the whole desk.
FORM_LIMIT_PER_ADDRESS = (10, 3600)
FORM_LIMIT_PER_NETWORK = (30, 3600)
FORM_LIMIT_PER_DESK = limit(os.environ.get("FORM_LIMIT_PER_DESK", "600/3600"))

# --- What watches the desk -----------------------------------------------------------------------

#: /metrics answers whoever brings this (Authorization: Bearer …), or asks from these networks,
#: like ``10.0.0.0/8``. With neither it does not exist.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
METRICS_NETWORKS = os.environ.get("METRICS_NETWORKS", "").split()

#: Asked for once a minute while all is well; whoever listens there calls somebody when it stops.
ALIVE_URL = "" if TRIAL else os.environ.get("ALIVE_URL", "")
#: Whose end is watched: a PEM file, or host:port, asked for the name in PUBLIC_BASE_URL.
CERTIFICATE = "" if TRIAL else os.environ.get("CERTIFICATE", "")

# --- Logs ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "supportdesk.lib.logs.Plain"},
        "json": {"()": "supportdesk.lib.logs.Json"},
    },
    #: ``json``: one object a line, for whatever collects logs.
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "formatter": os.environ.get("LOG_FORMAT", "plain"),
        }
    },
    "root": {"handlers": ["out"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        # One line a request: LOG_REQUESTS=1.
        "supportdesk.requests": {
            "level": "DEBUG" if os.environ.get("LOG_REQUESTS") == "1" else "INFO"
        },
        "django.server": {"propagate": True, "handlers": []},
        # The trial’s mail server tells of every command it hears.
        "mail.log": {"level": "WARNING"},
    },
}

if "pytest" in sys.modules:
    # Argon2 is slow on purpose; the tests sign people in thousands of times.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # supportdesk.lib.csp sets X-Frame-Options itself
    *os.environ.get("SILENCED_SYSTEM_CHECKS", "").split(),
]
