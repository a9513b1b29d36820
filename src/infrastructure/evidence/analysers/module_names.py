"""Packages whose modules are called otherwise, and packages that are used without being imported.

deptry knows the modules of packages that are installed beside it; for all others it takes the package's name.
"""

from __future__ import annotations

from packaging.utils import canonicalize_name

MODULES: dict[str, tuple[str, ...]] = {
    "attrs": ("attr", "attrs"), "azure-identity": ("azure",), "azure-storage-blob": ("azure",),
    "beautifulsoup4": ("bs4",), "biopython": ("Bio",), "boto3-stubs": ("mypy_boto3",),
    "discord-py": ("discord",), "django-allauth": ("allauth",), "django-cors-headers": ("corsheaders",),
    "django-crispy-forms": ("crispy_forms",), "django-debug-toolbar": ("debug_toolbar",),
    "django-environ": ("environ",), "django-filter": ("django_filters",), "django-guardian": ("guardian",),
    "django-haystack": ("haystack",), "django-import-export": ("import_export",),
    "django-model-utils": ("model_utils",), "django-mptt": ("mptt",), "django-ninja": ("ninja",),
    "django-oauth-toolkit": ("oauth2_provider",), "django-reversion": ("reversion",),
    "django-storages": ("storages",), "django-taggit": ("taggit",),
    "djangorestframework": ("rest_framework",),
    "djangorestframework-simplejwt": ("rest_framework_simplejwt",), "dnspython": ("dns",),
    "docker-py": ("docker",), "faiss-cpu": ("faiss",), "faiss-gpu": ("faiss",), "gdal": ("osgeo",),
    "gitpython": ("git",), "google-api-python-client": ("googleapiclient", "apiclient"),
    "google-auth": ("google",), "google-cloud-bigquery": ("google",), "google-cloud-storage": ("google",),
    "google-genai": ("google",), "google-generativeai": ("google",), "googleapis-common-protos": ("google",),
    "grpcio": ("grpc",), "grpcio-tools": ("grpc_tools",), "hydra-core": ("hydra",),
    "imbalanced-learn": ("imblearn",), "ipython": ("IPython",), "kafka-python": ("kafka",),
    "levenshtein": ("Levenshtein",), "markdown-it-py": ("markdown_it",), "msgpack-python": ("msgpack",),
    "mysql-connector-python": ("mysql",), "mysqlclient": ("MySQLdb",), "opencv-contrib-python": ("cv2",),
    "opencv-python": ("cv2",), "opencv-python-headless": ("cv2",), "opentelemetry-api": ("opentelemetry",),
    "opentelemetry-sdk": ("opentelemetry",), "paho-mqtt": ("paho",), "pdfminer-six": ("pdfminer",),
    "pillow": ("PIL",), "pillow-simd": ("PIL",), "progressbar2": ("progressbar",), "protobuf": ("google",),
    "psycopg-binary": ("psycopg",), "psycopg2-binary": ("psycopg2",), "py-cpuinfo": ("cpuinfo",),
    "pycrypto": ("Crypto",), "pycryptodome": ("Crypto",), "pycryptodomex": ("Cryptodome",),
    "pygithub": ("github",), "pyinstaller": ("PyInstaller",), "pyjwt": ("jwt",),
    "pymupdf": ("fitz", "pymupdf"), "pynacl": ("nacl",), "pyopengl": ("OpenGL",), "pyopenssl": ("OpenSSL",),
    "pypdf2": ("PyPDF2",), "pyqt5": ("PyQt5",), "pyqt6": ("PyQt6",), "pyserial": ("serial",),
    "pyside6": ("PySide6",), "pysocks": ("socks", "sockshandler"), "python-box": ("box",),
    "python-dateutil": ("dateutil",), "python-decouple": ("decouple",), "python-docx": ("docx",),
    "python-dotenv": ("dotenv",), "python-editor": ("editor",), "python-gnupg": ("gnupg",),
    "python-jose": ("jose",), "python-json-logger": ("pythonjsonlogger",), "python-ldap": ("ldap",),
    "python-levenshtein": ("Levenshtein",), "python-magic": ("magic",),
    "python-multipart": ("multipart", "python_multipart"), "python-pptx": ("pptx",),
    "python-slugify": ("slugify",), "python-snappy": ("snappy",), "python-socketio": ("socketio",),
    "python-telegram-bot": ("telegram",),
    "pywin32": ("win32api", "win32con", "win32gui", "pythoncom", "pywintypes", "win32com", "win32file",
        "win32service", "win32serviceutil"),
    "pyyaml": ("yaml",), "pyzmq": ("zmq",), "ruamel-yaml": ("ruamel",), "scikit-image": ("skimage",),
    "scikit-learn": ("sklearn",), "setuptools": ("setuptools", "pkg_resources"),
    "speechrecognition": ("speech_recognition",), "strawberry-graphql": ("strawberry",),
    "tensorflow-cpu": ("tensorflow",), "tensorflow-gpu": ("tensorflow",), "umap-learn": ("umap",),
    "websocket-client": ("websocket",), "wxpython": ("wx",), "zope-interface": ("zope",),
}  # fmt: skip

WITHOUT_IMPORT = frozenset({
    "alembic", "asgiref", "async-timeout", "asyncpg", "brotli", "build", "certifi", "cffi", "colorama",
    "cryptography", "daphne", "flower", "gevent", "granian", "greenlet", "gunicorn", "h2", "httptools",
    "hypercorn", "importlib-metadata", "jupyter", "jupyterlab", "lxml", "mysqlclient", "notebook",
    "numexpr", "openpyxl", "pip", "psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary", "pyarrow",
    "pymysql", "pysocks", "python-multipart", "setuptools", "tabulate", "typing-extensions", "tzdata",
    "uvicorn", "uvloop", "uwsgi", "watchfiles", "wheel", "whitenoise", "win-inet-pton", "xlrd",
})  # fmt: skip
"""Servers, drivers, codecs and back ends that others load by name."""
PLUGINS = (
    "pytest-", "flake8-", "mkdocs-", "sphinx-", "sphinxcontrib-", "types-", "pylint-", "tox-", "mypy-",
    "nvidia-", "opentelemetry-instrumentation-",
)  # fmt: skip
"""Beginnings of names of packages that a program finds by itself."""

SEVERAL = frozenset(
    {"google", "azure", "opentelemetry", "zope", "ruamel", "backports", "mpl_toolkits", "nvidia"}
)
"""Name spaces that many packages fill: which of them a module belongs to is not known."""


STANDARD_ELSEWHERE = frozenset({
    "annotationlib", "compression", "aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk",
    "crypt", "distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev",
    "pipes", "smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib",
})  # fmt: skip
"""Modules that came to Python after 3.11 or left it since: a guarded import of one is no package."""


def modules_of(package: str) -> tuple[str, ...]:
    """Modules of a package by the table, () when its own name has to do."""
    return MODULES.get(canonicalize_name(package), ())


def is_used_without_import(package: str) -> bool:
    """Whether it may be used although nothing imports it."""
    key = canonicalize_name(package)
    return key in WITHOUT_IMPORT or key.startswith(PLUGINS) or key.endswith(("-stubs", "-cli", "-binary"))


def provider_of(module: str) -> str:
    """The package that is known to hold a module of quite another name, "" when none is."""
    holding = (package for package, modules in MODULES.items() if module in modules)
    return next((package for package in holding if not package.startswith(module)), "")
