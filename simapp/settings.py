"""Settings, all from the environment; without any, the embedded services and safe defaults.

Every variable is described in ``docs/settings.md``. Importing this module is cheap: no model, no torch, no
connection. It reads two service URLs and does not care whether they lead to embedded servers or to others.
"""

from __future__ import annotations

import os
from pathlib import Path

from simapp.stack import embedded
from simapp.stack.environment import flag, number, secret_key, words
from simapp.stack.paths import CHECKOUT, state_root
from simapp.stack.urls import celery_url, django_database, redis_database

BASE_DIR = CHECKOUT
# Run data (Parquet logs, snapshots, exports) and everything else that is made at run time.
STATE_ROOT = state_root()
SOCIARIUM_DATA_ROOT = Path(os.environ.get("SOCIARIUM_DATA") or STATE_ROOT / "data")

DEBUG = flag("SOCIARIUM_DEBUG")
SECRET_KEY = secret_key(STATE_ROOT)
# Seals secrets in the database (keys of endpoints); SECRET_KEY does where it is not set.
SOCIARIUM_FIELD_KEY = os.environ.get("SOCIARIUM_FIELD_KEY", "")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *words("SOCIARIUM_HOSTS")]
CSRF_TRUSTED_ORIGINS = words("SOCIARIUM_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "template_partials",
    "simapp.apps.SimappConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "simapp.web.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simapp.web.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simapp.web.bad_requests.Framed",
]

ROOT_URLCONF = "simapp.urls"
ASGI_APPLICATION = "simapp.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- services -----------------------------------------------------------------------------------------

_addresses = embedded.addresses()
REDIS_URL = _addresses.redis_url

DATABASES = {
    "default": {
        **django_database(_addresses.database_url),
        "CONN_MAX_AGE": number("SOCIARIUM_CONN_MAX_AGE", 0),
        "CONN_HEALTH_CHECKS": True,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "simapp.live.layer.RunLayer",
        # Publish/subscribe ignores the number of the logical database, so the prefix carries it.
        "CONFIG": {"hosts": [REDIS_URL], "prefix": f"sociarium:{redis_database(REDIS_URL)}"},
    },
}

CELERY_BROKER_URL = celery_url(REDIS_URL)
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_RESULT_EXPIRES = 3600
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "runs"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_TRACK_STARTED = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The owner of a run works on one task for as long as the run lasts. Were that longer than this time, the
# broker would hand the task out a second time (the lease would refuse it); what a dead worker held is sent
# again by the reconciler long before.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7 * 24 * 3600}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False

# --- people and safety --------------------------------------------------------------------------------

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Cookies do not know ports: two checkouts on one machine would sign each other's members out.
SESSION_COOKIE_NAME = os.environ.get("SOCIARIUM_SESSION_COOKIE", "sociarium_session")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if flag("SOCIARIUM_HTTPS"):
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = number("SOCIARIUM_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

SOCIARIUM_UPLOAD_LIMIT_BYTES = number("SOCIARIUM_UPLOAD_LIMIT_MB", 20) * 1_000_000
# For the rest of a request; an uploaded file does not count here and is limited by the form that takes it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# The accent of the site's own pages, from light to dark.
_TEAL = ("#F0FDFA", "#CCFBF1", "#99F6E4", "#5EEAD4", "#2DD4BF", "#14B8A6", "#0F766E", "#0B5F58", "#115E59", "#134E4A")
UNFOLD = {
    "SITE_TITLE": "Sociarium",
    "SITE_HEADER": "Sociarium",
    "SITE_URL": "/",
    "SITE_ICON": "simapp.store.look.icon",
    "COLORS": {"primary": dict(zip((50, *range(100, 1000, 100)), _TEAL, strict=True))},
}
# Models that decision workers can load, a folder each.
SOCIARIUM_MODELS = Path(os.environ.get("SOCIARIUM_MODELS") or SOCIARIUM_DATA_ROOT / "models")
# Encoded texts, which several installations may share; empty: beside the runs.
SOCIARIUM_EMBEDDINGS = os.environ.get("SOCIARIUM_EMBEDDINGS", "")

# A run of this many users or more gets tables of its own.
SOCIARIUM_PARTITION_USERS = number("SOCIARIUM_PARTITION_USERS", 100_000)

# How long a run keeps its files where it has no rule of its own: all, last N, every K, last N every K.
SOCIARIUM_KEEP = {
    "impressions": os.environ.get("SOCIARIUM_KEEP_IMPRESSIONS", "all"),
    "opinions": os.environ.get("SOCIARIUM_KEEP_OPINIONS", "all"),
    "snapshots": os.environ.get("SOCIARIUM_KEEP_SNAPSHOTS", "last 4"),
}

# --- static files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
STATIC_ROOT = STATE_ROOT / "static"
# Hashed and compressed names need a collected folder. The supervisor and the container image collect before
# they set this; everything else (tests, a bare runserver) reads the files where they lie.
SOCIARIUM_STATIC_COLLECTED = flag("SOCIARIUM_STATIC_COLLECTED")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if SOCIARIUM_STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not SOCIARIUM_STATIC_COLLECTED
MEDIA_ROOT = SOCIARIUM_DATA_ROOT / "media"

# --- words and times ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    # stderr, always: the last line of stdout belongs to --json
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SOCIARIUM_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "numba": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
        # One line per request, and headers where everything is to be logged.
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
    },
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
