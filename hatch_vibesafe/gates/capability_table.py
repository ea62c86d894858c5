"""Which capability each part of the standard library needs. Data alone."""

READ, WRITE, NET, PROCESS, CLOCK, RANDOM, ENV = "fs.read", "fs.write", "net", "process", "clock", "random", "env"

PURE_MODULES = frozenset(
    {"__future__", "abc", "array", "ast", "base64", "binascii", "bisect", "calendar", "cmath", "codecs", "collections"}
    | {"colorsys", "configparser", "contextlib", "contextvars", "copy", "csv", "dataclasses", "datetime", "decimal"}
    | {"difflib", "email", "encodings", "enum", "errno", "fnmatch", "fractions", "functools", "graphlib", "gzip"}
    | {"bz2", "lzma", "hashlib", "heapq", "hmac", "html", "http", "io", "ipaddress", "itertools", "json", "keyword"}
    | {"math", "mimetypes", "numbers", "operator", "pathlib", "posixpath", "ntpath", "pprint", "quopri", "re"}
    | {"reprlib", "shlex", "stat", "statistics", "string", "stringprep", "struct", "textwrap", "token", "tokenize"}
    | {"tomllib", "typing", "unicodedata", "urllib", "uuid", "warnings", "weakref", "xml", "zlib", "zoneinfo"}
)
"""Modules that compute alone, but for what `NEEDS` names in them."""

PARTS = {
    "os": frozenset({"path", "sep", "altsep", "extsep", "linesep", "curdir", "pardir", "fspath", "PathLike", "name"}),
    "sys": frozenset(
        {"maxsize", "maxunicode", "byteorder", "float_info", "int_info", "hash_info", "version_info", "intern"}
        | {"getsizeof", "getrecursionlimit", "platform", "stdout", "stderr", "exit"}
    ),
    "random": frozenset({"Random"}),
    "asyncio": frozenset(
        {"gather", "Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Queue", "PriorityQueue", "LifoQueue"}
        | {"QueueEmpty", "QueueFull", "Task", "TaskGroup", "Future", "create_task", "ensure_future", "wait", "run"}
        | {"wait_for", "as_completed", "timeout", "shield", "current_task", "CancelledError", "TimeoutError", "sleep"}
        | {"FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED", "Runner", "iscoroutine"}
    ),
    "types": frozenset(
        {"MappingProxyType", "SimpleNamespace", "NoneType", "NotImplementedType", "EllipsisType", "GenericAlias"}
        | {"UnionType", "TracebackType", "MethodType"}
    ),
    "logging": frozenset(
        {"getLogger", "Logger", "LoggerAdapter", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "debug", "info"}
        | {"warning", "error", "critical", "exception", "log", "getLevelName"}
    ),
}
"""Of these modules the names that compute alone; all else in them needs what `NEEDS` says, or `import:MODULE`."""

NEEDS = {
    "os": (PROCESS,),
    "logging": (WRITE,),
    "random": (RANDOM,),
    "secrets": (RANDOM,),
    "time": (CLOCK,),
    "sched": (CLOCK,),
    "datetime.datetime.now": (CLOCK,),
    "datetime.datetime.utcnow": (CLOCK,),
    "datetime.datetime.today": (CLOCK,),
    "datetime.date.today": (CLOCK,),
    "email.utils.localtime": (CLOCK,),
    "email.utils.formatdate": (CLOCK,),
    "email.utils.make_msgid": (CLOCK, RANDOM),
    "uuid.uuid1": (CLOCK, ENV),
    "uuid.uuid4": (RANDOM,),
    "uuid.getnode": (ENV,),
    "os.urandom": (RANDOM,),
    "os.getrandom": (RANDOM,),
    "os.environ": (ENV,),
    "os.environb": (ENV,),
    "os.getenv": (ENV,),
    "os.putenv": (ENV,),
    "os.getcwd": (ENV,),
    "os.getpid": (ENV,),
    "os.getppid": (ENV,),
    "os.getlogin": (ENV,),
    "os.getuid": (ENV,),
    "os.cpu_count": (ENV,),
    "os.uname": (ENV,),
    "os.path.abspath": (ENV,),
    "os.path.expanduser": (ENV,),
    "os.path.expandvars": (ENV,),
    "os.path.realpath": (READ,),
    "sys.argv": (ENV,),
    "sys.executable": (ENV,),
    "sys.path": (ENV,),
    "sys.stdin": (READ,),
    "locale": (ENV,),
    "getpass": (ENV,),
    "platform": (ENV,),
    **{
        f"os.{name}": (READ,) for name in ("listdir", "scandir", "walk", "fwalk", "stat", "lstat", "access", "readlink")
    },
    **{f"os.path.{name}": (READ,) for name in ("exists", "lexists", "isfile", "isdir", "islink", "ismount", "getsize")},
    **{f"os.path.{name}": (READ,) for name in ("getmtime", "getatime", "getctime", "samefile")},
    **{f"os.{name}": (WRITE,) for name in ("mkdir", "makedirs", "remove", "unlink", "rmdir", "removedirs", "rename")},
    **{f"os.{name}": (WRITE,) for name in ("renames", "replace", "link", "symlink", "truncate", "chmod", "chown")},
    "os.open": (READ, WRITE),
    "io.open": (READ, WRITE),
    "io.FileIO": (READ, WRITE),
    "io.open_code": (READ,),
    "codecs.open": (READ, WRITE),
    "gzip.open": (READ, WRITE),
    "gzip.GzipFile": (READ, WRITE),
    "bz2.open": (READ, WRITE),
    "bz2.BZ2File": (READ, WRITE),
    "lzma.open": (READ, WRITE),
    "lzma.LZMAFile": (READ, WRITE),
    "tokenize.open": (READ,),
    "xml.dom.minidom.parse": (READ,),
    "xml.dom.pulldom.parse": (READ,),
    "xml.sax.parse": (READ,),
    "xml.etree.ElementTree.parse": (READ,),
    "xml.etree.ElementTree.iterparse": (READ,),
    "pathlib.Path.cwd": (ENV,),
    "pathlib.Path.home": (ENV,),
    "glob": (READ,),
    "filecmp": (READ,),
    "fileinput": (READ,),
    "netrc": (READ,),
    "linecache": (READ,),
    "shutil": (READ, WRITE),
    "tempfile": (READ, WRITE),
    "mmap": (READ, WRITE),
    "fcntl": (READ, WRITE),
    "zipfile": (READ, WRITE),
    "tarfile": (READ, WRITE),
    "sqlite3": (READ, WRITE),
    "dbm": (READ, WRITE),
    "socket": (NET,),
    "socketserver": (NET,),
    "ssl": (NET,),
    "select": (NET,),
    "selectors": (NET,),
    "http.client": (NET,),
    "http.server": (NET,),
    "http.cookiejar": (NET,),
    "urllib.request": (NET,),
    "urllib.robotparser": (NET,),
    "ftplib": (NET,),
    "smtplib": (NET,),
    "poplib": (NET,),
    "imaplib": (NET,),
    "xmlrpc": (NET,),
    "wsgiref": (NET,),
    "asyncio.open_connection": (NET,),
    "asyncio.start_server": (NET,),
    "webbrowser": (NET, PROCESS),
    "threading": (PROCESS,),
    "concurrent": (PROCESS,),
    "queue": (PROCESS,),
    "subprocess": (PROCESS,),
    "multiprocessing": (PROCESS,),
    "signal": (PROCESS,),
    "atexit": (PROCESS,),
    "resource": (PROCESS,),
}
"""Modules, and names within modules, with all the capabilities that they need; the longest entry counts."""

PATH_METHODS = {
    **{
        f"{name}": (READ,)
        for name in ("read_text", "read_bytes", "iterdir", "rglob", "is_file", "is_dir", "is_symlink")
    },
    **{f"{name}": (READ,) for name in ("readlink", "samefile", "owner", "walk", "is_mount", "is_junction")},
    **{f"{name}": (READ,) for name in ("is_socket", "is_fifo", "is_block_device", "is_char_device")},
    **{f"{name}": (WRITE,) for name in ("write_text", "write_bytes", "unlink", "rmdir", "symlink_to", "hardlink_to")},
    **{f"{name}": (ENV,) for name in ("expanduser", "absolute")},
    "exists": (READ,),
    "glob": (READ,),
    "lstat": (READ,),
    "stat": (READ,),
    "resolve": (READ,),
    "mkdir": (WRITE,),
    "touch": (WRITE,),
    "rename": (WRITE,),
    "chmod": (WRITE,),
    "lchmod": (WRITE,),
    "open": (READ, WRITE),
}
"""Methods of paths, whatever value they are called on in a module that imports `pathlib`."""

CLOCK_METHODS = {"now": (CLOCK,), "utcnow": (CLOCK,), "today": (CLOCK,)}
"""Methods of dates, whatever value they are called on in a module that imports `datetime`."""
