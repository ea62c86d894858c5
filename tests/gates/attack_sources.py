"""What a hostile candidate tries: each a function that ends where it got through and raises where it was stopped.

Every one is harmless where the sandbox has a hole, and in the control, where it is run with no sandbox at all: loopback
and our own helper process only, small counts and sizes, files of the test alone. `TARGET` names what is attacked.
"""

WRITING = {
    "write outside": "open(TARGET['outside'] + '/new', 'w').close()",
    "write to the source": "open(TARGET['source'], 'a').close()",
    "write to the index": "open(TARGET['index'], 'a').close()",
    "write to the environment": "open(TARGET['environment'] + '/new.py', 'w').close()",
    "chmod": "os.chmod(TARGET['file'], 0o666)",
    "chmod through a descriptor": """
        with open('mine', 'w') as file:
            os.fchmod(file.fileno(), 0o4755)
    """,
    "utime": "os.utime(TARGET['file'], (1, 1))",
    "truncate": "os.truncate(TARGET['file'], 0)",
    "hard link": "os.link(TARGET['file'], 'linked')",
    "rename": "os.rename(TARGET['outside'] + '/moved', TARGET['outside'] + '/gone')",
    "fill the disk": """
        for number in range(12):
            with open(str(number), 'wb') as file:
                for _ in range(8):
                    file.write(bytes(1 << 20))
            time.sleep(0.05)
    """,
}
READING = {
    "read the keys in the home": "open(TARGET['home'] + '/.ssh/id').read()",
    "read another process's environment": """
        with open('/proc/%d/environ' % TARGET['helper'], 'rb') as file:
            assert b'SECRET' in file.read()
    """,
    "read a secret in the environment": "os.environ['SECRET']",
    "read another process's memory": """
        number = {'x86_64': 310, 'aarch64': 270}[platform.machine()]
        buffer, size = ctypes.create_string_buffer(8), ctypes.c_size_t(8)
        local = struct.pack('=QQ', ctypes.addressof(buffer), 8)
        remote = struct.pack('=QQ', TARGET['address'], 8)
        one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
        helper = ctypes.c_long(TARGET['helper'])
        checked(libc.syscall(ctypes.c_long(number), helper, local, one, remote, one, none))
    """,
}
NETWORK = {
    "TCP": "socket.create_connection(('127.0.0.1', TARGET['tcp']), 1).close()",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', TARGET['udp']))",
    "unix socket": "socket.socket(socket.AF_UNIX).connect(TARGET['unix'])",
    "abstract unix socket": "socket.socket(socket.AF_UNIX).connect('\\0' + TARGET['abstract'])",
    "abstract unix socket from a pair": """
        one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.sendto(b'x', '\\0' + TARGET['datagrams'])
    """,
}
PROCESSES = {
    "fork bomb": """
        children = []
        for _ in range(16):
            child = os.fork()
            if child == 0:
                time.sleep(0.2)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
    """,
    "a daemon that outlives": """
        child = os.fork()
        if child == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1)
            os._exit(0)
        os.waitpid(child, 0)
    """,
    "a shell": "assert os.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', ':'], {}), 0)[1] == 0",
    "a program from memory": """
        descriptor = os.memfd_create('x', 0)
        os.write(descriptor, b'#!/bin/sh\\n')
        child = os.fork()
        if child == 0:
            os.execve(f'/proc/self/fd/{descriptor}', ['x'], {})
        assert os.waitpid(child, 0)[1] == 0
    """,
    "signal the parent": "os.kill(os.getppid(), signal.SIGURG)",
    "signal a sibling": "os.kill(TARGET['helper'], signal.SIGURG)",
    "signal a group": "os.killpg(TARGET['helper'], signal.SIGURG)",
    "ptrace": """
        checked(libc.ptrace(ctypes.c_long(16), ctypes.c_long(TARGET['helper']), None, None))
        os.waitpid(TARGET['helper'], 0x40000000)
        checked(libc.ptrace(ctypes.c_long(17), ctypes.c_long(TARGET['helper']), None, None))
    """,
    "prlimit": "resource.prlimit(TARGET['helper'], resource.RLIMIT_CORE, (0, 0))",
    "a user namespace": "checked(libc.unshare(0x10000000))",
    "shared memory of the host": """
        segment = checked(libc.shmget(0, ctypes.c_size_t(4096), 0o600))
        checked(libc.shmctl(segment, 0, None))
    """,
    "a message queue of the host": """
        queue = checked(libc.msgget(0, 0o600))
        checked(libc.msgctl(queue, 0, None))
    """,
    "keys of the kernel": """
        number = {'x86_64': 250, 'aarch64': 219}[platform.machine()]
        checked(libc.syscall(ctypes.c_long(number), ctypes.c_int(0), ctypes.c_int(-3), ctypes.c_int(1)))
    """,
}
MEASURE = {
    "1 GB in one process": "mmap.mmap(-1, 1 << 30)",
    "1 GB in six processes": """
        children = []
        for _ in range(6):
            child = os.fork()
            if child == 0:
                mmap.mmap(-1, 171 << 20)
                os._exit(0)
            children.append(child)
        assert all(os.waitpid(child, 0)[1] == 0 for child in children)
    """,
    "an endless loop": """
        begun = time.monotonic()
        while time.monotonic() < begun + 1.8:
            pass
    """,
    "an endless sleep": "time.sleep(1.8)",
}
ATTACKS = {**WRITING, **READING, **NETWORK, **PROCESSES, **MEASURE}
SECONDS = 1.0
"""How long a candidate may take: the endless ones take longer, and not for ever."""

HEAD = """\
import ctypes
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import time

TARGET = {target!r}
libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def double(n):
{body}
    raise ValueError("GOT" + " THROUGH")
"""
