"""Settings, from the environment; what is missing or wrong is said at start, each in one clear line.

Development needs none: the servers are embedded (`manage.py up`), the key is a known one, and DEBUG is on.
docs/operator.md lists every variable.
"""

import sys
from pathlib import Path

from cryptography.fernet import Fernet
from environ import Env

from config import variables
from config.local import addresses
from config.observability import logging_config
from integrations.addresses import Allowance

BASE_DIR = Path(__file__).resolve().parent.parent
env = variables.Variables()

# --- where we are: a production names its database; everything else is development ---
IS_TEST = Path(sys.argv[0]).name.startswith(("pytest", "py.test")) or "pytest" in sys.modules
DATA_DIR = Path(env("UNISON_DATA", default=str(BASE_DIR / ".data" / ("test" if IS_TEST else "run"))))
DATABASE_URL = env(
    "DATABASE_URL",
    default=addresses.database_url(DATA_DIR),
    check=variables.database,
    must="be an address such as postgresql://user:password@host/name",
)
REDIS_URL = env(
    "REDIS_URL",
    default=addresses.redis_url(DATA_DIR),
    check=variables.queue,
    must="be an address such as redis://host:6379/0, rediss://host:6379/0 or unix:///path/of/socket",
)
DEBUG = env.flag("DEBUG", default=not env("DATABASE_URL"))

_a_key = f"be at least {variables.SHORTEST_KEY} random characters"
SECRET_KEY = env("SECRET_KEY", check=variables.key, must=_a_key)
if not SECRET_KEY:
    if not DEBUG and not IS_TEST and not env("SECRET_KEY"):
        env.refuse("SECRET_KEY", _a_key)
    SECRET_KEY = "development-only-" + "0123456789abcdef" * 4
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS", [], check=variables.key, must=f"each {_a_key}")
ENCRYPTION_KEYS = env.listed(
    "ENCRYPTION_KEYS", [], check=Fernet, must="each be 32 random bytes in URL-safe base64 (44 characters)"
)

# --- hosts ---
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SITE_HOST = env(
    "SITE_HOST", default="localhost", check=variables.host, must="be the name of a host, such as example.com"
).lower()
_api_hosts = env.listed(
    "API_HOSTS",
    ["localhost", "127.0.0.1"] if DEBUG or IS_TEST else [f"api.{SITE_HOST}"],
    check=variables.host,
    must="be names of hosts, such as api.example.com, with commas between them",
)
API_HOSTS = [name.lower() for name in _api_hosts]  # as a request names them
ALLOWED_HOSTS = env.listed(
    "ALLOWED_HOSTS",
    [".localhost", "localhost", "127.0.0.1"] if DEBUG else [f".{SITE_HOST}"],
    check=variables.hosts,
    must="be names of hosts, such as api.example.com or .example.com, with commas between them",
)
if IS_TEST:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, ".unison.test", ".localhost", "localhost", "127.0.0.1"]

# --- apps: shared ones live in `public`, tenant ones in each tenant's schema; never in both ---
SHARED_APPS = [
    "config",
    "accounts",
    "django_tenants",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "strawberry_django",
]
TENANT_APPS = ["journeys", "success", "experience", "integrations"]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]

TENANT_MODEL = "accounts.Tenant"
TENANT_DOMAIN_MODEL = "accounts.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.MemberBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if IS_TEST:  # tests make hundreds of members; a slow hash would be most of their time
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- the database: path and role per transaction, connections from a pool (docs/architecture.md) ---
POOL = {
    "min_size": 1,
    "max_size": env.whole("DATABASE_POOL_SIZE", 8, least=1),
    "max_lifetime": env.whole("DATABASE_CONNECTION_LIFETIME", 600, least=1),
    "timeout": 10,
}
DATABASES = {"default": Env.db_url_config(DATABASE_URL, engine="accounts.database")}
PREPARED = {"prepare_threshold": 5 if env.flag("PREPARED_STATEMENTS", default=True) else None}
DATABASES["default"].update(
    OPTIONS={**DATABASES["default"].get("OPTIONS", {}), **PREPARED, "pool": POOL},
    CONN_MAX_AGE=0,
    DISABLE_SERVER_SIDE_CURSORS=True,
)
STATEMENT_TIMEOUT = env.number("STATEMENT_TIMEOUT", 15.0, least=0)  # of web requests, in seconds
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail addresses are unique whatever their case: by a constraint
]

# --- cache and queue, on Valkey or Redis; every key carries its tenant ---
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "accounts.caching.key_of_tenant",
    }
}
CELERY_BROKER_URL = variables.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1_000  # tasks; before, after and between them the pool stays (config/celery.py)
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
# a killed worker's tasks come back within seconds; the timeout is longer than the longest task
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULE = {
    "fold what arrived": {"task": "journeys.tasks.fold_rollups_everywhere", "schedule": 60},
    "tell what happened": {"task": "integrations.tasks.relay_events_everywhere", "schedule": 30},
    "deliver what is due": {"task": "integrations.tasks.deliver_webhooks_everywhere", "schedule": 15},
    "score what is due": {"task": "success.tasks.score_due_everywhere", "schedule": 60},
    "forget who has gone": {"task": "accounts.tasks.clear_sessions_everywhere", "schedule": 3600},
    "score everything": {"task": "success.tasks.score_all_everywhere", "schedule": 3600},
}

# --- the web ---
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "config.health.ProbeMiddleware",
    "config.observability.RequestLogMiddleware",
    "config.leftovers.LeftoversMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "integrations.tracking.middleware.TrackingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.TenancyMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
            ],
        },
    }
]
SESSION_ENGINE = "accounts.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
GRAPHQL_COST_PER_MINUTE = env.whole("GRAPHQL_COST_PER_MINUTE", 200_000, least=1)
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = DEBUG or IS_TEST
if not WHITENOISE_USE_FINDERS:
    STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "static")))
    STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = "config.formats"

# --- security: strict, and off only where a browser on localhost could not follow ---
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "script-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = False  # front ends read it to send it back
SSL_REDIRECT = env.flag("SSL_REDIRECT", default=True)
HSTS_SECONDS = env.whole("HSTS_SECONDS", 31_536_000, least=0)
if not DEBUG and not IS_TEST:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SECURE_SSL_REDIRECT = SSL_REDIRECT
    SECURE_HSTS_SECONDS = HSTS_SECONDS
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- the way in: calls a key may send in a minute to one web process ---
TRACKING_CALLS_PER_MINUTE = env.whole("TRACKING_CALLS_PER_MINUTE", 300_000, least=1)

# --- the way out ---
WEBHOOK_ALLOWED_NETWORKS = env.listed(
    "WEBHOOK_ALLOWED_NETWORKS",
    [],
    check=Allowance.parse,
    must="be networks, such as 10.1.2.0/24 or 10.1.2.3:8099, with commas between them",
)
WEBHOOK_REQUIRE_HTTPS = env.flag("WEBHOOK_REQUIRE_HTTPS", default=True)

LOG_FORMAT = env.choice("LOG_FORMAT", ["json", "text"], "text" if sys.stderr.isatty() else "json")
LOG_LEVEL = env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], "INFO")
LOGGING = logging_config(LOG_LEVEL, as_json=LOG_FORMAT == "json")
LOGGING_CONFIG = "logging.config.dictConfig"

# --- the admin: functions are named, because Unfold asks them per request (accounts/admin/appearance.py) ---
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
UNFOLD = {
    "SITE_TITLE": "Unison",
    "SITE_HEADER": "accounts.admin.appearance.tenant_name",
    "SITE_SUBHEADER": "Unison",
    "SITE_ICON": "accounts.admin.appearance.icon",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "accounts.admin.appearance.icon"},
    ],
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["accounts.admin.appearance.styles"],
    "SCRIPTS": ["accounts.admin.appearance.script"],
    "BORDER_RADIUS": "8px",
    "SIDEBAR": {"show_search": True, "navigation": "accounts.admin.navigation.sidebar"},
    "COLORS": {
        "primary": {  # 600 and 700 are read on white, 400 and 500 on the dark ground
            "50": "oklch(96.2% .018 272.3)",
            "100": "oklch(93% .034 272.8)",
            "200": "oklch(87% .065 274)",
            "300": "oklch(82% .095 274.7)",
            "400": "oklch(78% .115 274.7)",
            "500": "oklch(74% .135 275.5)",
            "600": "oklch(48% .243 277)",
            "700": "oklch(43% .225 277)",
            "800": "oklch(39.8% .195 277.4)",
            "900": "oklch(35.9% .144 278.7)",
            "950": "oklch(25.7% .09 281.3)",
        },
    },
}

env.finish()
