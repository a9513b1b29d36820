"""Packages whose modules are called otherwise, and packages that are used without being imported.

deptry knows the modules of packages that are installed beside it; for all others it takes the package's name.
"""

from __future__ import annotations

from packaging.utils import canonicalize_name

MODULES: dict[str, tuple[str, ...]] = {
    "attrs": ("attr", "attrs"), "azure-identity": ("azure",), "azure-storage-blob": ("azure",),
    "beautifulsoup4": ("bs4",), "biopython": ("Bio",), "boto3-stubs": ("mypy_boto3",), "cairosvg": ("cairosvg",),
    "discord-py": ("discord",), "django-allauth": ("allauth",), "django-cors-headers": ("corsheaders",),
    "django-crispy-forms": ("crispy_forms",), "django-debug-toolbar": ("debug_toolbar",),
    "django-environ": ("environ",), "django-extensions": ("django_extensions",), "django-filter": ("django_filters",),
    "django-guardian": ("guardian",), "django-haystack": ("haystack",), "django-import-export": ("import_export",),
    "django-model-utils": ("model_utils",), "django-mptt": ("mptt",), "django-ninja": ("ninja",),
    "django-oauth-toolkit": ("oauth2_provider",), "django-reversion": ("reversion",), "django-ses": ("django_ses",),
    "django-storages": ("storages",), "django-taggit": ("taggit",), "djangorestframework": ("rest_framework",),
    "djangorestframework-simplejwt": ("rest_framework_simplejwt",), "dnspython": ("dns",), "docker-py": ("docker",),
    "drf-spectacular": ("drf_spectacular",), "drf-yasg": ("drf_yasg",), "elasticsearch-dsl": ("elasticsearch_dsl",),
    "email-validator": ("email_validator",), "faiss-cpu": ("faiss",), "faiss-gpu": ("faiss",),
    "flask-cors": ("flask_cors",), "flask-sqlalchemy": ("flask_sqlalchemy",), "gdal": ("osgeo",),
    "gitpython": ("git",), "google-api-python-client": ("googleapiclient", "apiclient"),
    "google-auth": ("google",), "google-auth-oauthlib": ("google_auth_oauthlib",),
    "google-cloud-bigquery": ("google",), "google-cloud-storage": ("google",), "google-genai": ("google",),
    "google-generativeai": ("google",), "googleapis-common-protos": ("google",), "grpcio": ("grpc",),
    "grpcio-tools": ("grpc_tools",), "hydra-core": ("hydra",), "imbalanced-learn": ("imblearn",),
    "ipython": ("IPython",), "jinja2": ("jinja2",), "jupyter-client": ("jupyter_client",), "kafka-python": ("kafka",),
    "langchain-core": ("langchain_core",), "levenshtein": ("Levenshtein",), "llama-index": ("llama_index",),
    "markdown": ("markdown",), "markdown-it-py": ("markdown_it",), "markupsafe": ("markupsafe",),
    "msgpack-python": ("msgpack",), "mysql-connector-python": ("mysql",), "mysqlclient": ("MySQLdb",),
    "newrelic": ("newrelic",), "opencv-contrib-python": ("cv2",), "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",), "opentelemetry-api": ("opentelemetry",), "opentelemetry-sdk": ("opentelemetry",),
    "paho-mqtt": ("paho",), "pdfminer-six": ("pdfminer",), "pillow": ("PIL",), "pillow-simd": ("PIL",),
    "progressbar2": ("progressbar",), "prometheus-client": ("prometheus_client",), "protobuf": ("google",),
    "psycopg2-binary": ("psycopg2",), "psycopg-binary": ("psycopg",), "py-cpuinfo": ("cpuinfo",),
    "pyaudio": ("pyaudio",), "pycrypto": ("Crypto",), "pycryptodome": ("Crypto",), "pycryptodomex": ("Cryptodome",),
    "pygithub": ("github",), "pygments": ("pygments",), "pyinstaller": ("PyInstaller",), "pyjwt": ("jwt",),
    "pymysql": ("pymysql",), "pymupdf": ("fitz", "pymupdf"), "pynacl": ("nacl",), "pyopengl": ("OpenGL",),
    "pyopenssl": ("OpenSSL",), "pypdf2": ("PyPDF2",), "pyqt5": ("PyQt5",), "pyqt6": ("PyQt6",), "pyserial": ("serial",),
    "pyside6": ("PySide6",), "pysocks": ("socks", "sockshandler"), "python-box": ("box",), "python-dateutil": ("dateutil",),
    "python-decouple": ("decouple",), "python-docx": ("docx",), "python-dotenv": ("dotenv",),
    "python-editor": ("editor",), "python-gnupg": ("gnupg",), "python-jose": ("jose",),
    "python-json-logger": ("pythonjsonlogger",), "python-ldap": ("ldap",), "python-levenshtein": ("Levenshtein",),
    "python-magic": ("magic",), "python-multipart": ("multipart", "python_multipart"), "python-pptx": ("pptx",),
    "python-slugify": ("slugify",), "python-snappy": ("snappy",), "python-socketio": ("socketio",),
    "python-telegram-bot": ("telegram",), "pytz-deprecation-shim": ("pytz_deprecation_shim",), "pywin32": ("win32api", "win32con",
    "win32gui", "pythoncom", "pywintypes", "win32com", "win32file", "win32service", "win32serviceutil"),
    "pyyaml": ("yaml",), "pyzmq": ("zmq",), "rs-bpe": ("rs_bpe",), "ruamel-yaml": ("ruamel",),
    "scikit-image": ("skimage",), "scikit-learn": ("sklearn",), "sentence-transformers": ("sentence_transformers",),
    "sentry-sdk": ("sentry_sdk",), "setuptools": ("setuptools", "pkg_resources"), "slack-sdk": ("slack_sdk",),
    "speechrecognition": ("speech_recognition",), "sqlalchemy": ("sqlalchemy",), "strawberry-graphql": ("strawberry",),
    "tensorflow-cpu": ("tensorflow",), "tensorflow-gpu": ("tensorflow",), "tree-sitter": ("tree_sitter",),
    "typing-extensions": ("typing_extensions",), "umap-learn": ("umap",), "unidecode": ("unidecode",),
    "websocket-client": ("websocket",), "wxpython": ("wx",), "xlsxwriter": ("xlsxwriter",), "zope-interface": ("zope",),
}  # fmt: skip

WITHOUT_IMPORT = frozenset({
    "alembic", "asgiref", "async-timeout", "asyncpg", "brotli", "build", "certifi", "cffi", "colorama", "cryptography",
    "daphne", "flower", "gevent", "granian", "greenlet", "gunicorn", "h2", "httptools", "hypercorn", "importlib-metadata",
    "jupyter", "jupyterlab", "lxml", "mysqlclient", "notebook", "numexpr", "openpyxl", "pip", "psycopg", "psycopg-binary",
    "psycopg2", "psycopg2-binary", "pyarrow", "pymysql", "pysocks", "python-multipart", "setuptools", "tabulate",
    "typing-extensions", "tzdata", "uvicorn", "uvloop", "uwsgi", "watchfiles", "wheel", "whitenoise", "win-inet-pton", "xlrd",
})  # fmt: skip
"""Servers, drivers, codecs and back ends that others load by name."""
PLUGINS = ("pytest-", "flake8-", "mkdocs-", "sphinx-", "sphinxcontrib-", "types-", "pylint-", "tox-", "mypy-", "nvidia-", "opentelemetry-instrumentation-")
"""Beginnings of names of packages that a program finds by itself."""

SEVERAL = frozenset({"google", "azure", "opentelemetry", "zope", "ruamel", "backports", "mpl_toolkits", "nvidia"})
"""Name spaces that many packages fill: which of them a module belongs to is not known."""


def modules_of(package: str) -> tuple[str, ...]:
    """Modules of a package by the table, () when its own name has to do."""
    return MODULES.get(canonicalize_name(package), ())


def is_used_without_import(package: str) -> bool:
    """Whether it may be used although nothing imports it."""
    key = canonicalize_name(package)
    return key in WITHOUT_IMPORT or key.startswith(PLUGINS) or key.endswith(("-stubs", "-cli", "-binary"))


def provider_of(module: str) -> str:
    """The package that is known to hold a module of another name, "" when none is."""
    return next((package for package, modules in MODULES.items() if module in modules and package != module), "")
