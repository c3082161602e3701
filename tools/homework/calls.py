"""The system calls that a sandbox may make: those that computing takes, and no other.

What is not on the list answers that there is no such call: keyrings, shared memory, namespaces,
sockets, processes, locks, watches. libseccomp makes the filter, which bubblewrap loads.
"""

import errno
import functools
import tempfile

FILES = """
access chdir chmod close close_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fchdir
fchmod fchmodat fdatasync fstat fstatfs fsync ftruncate getcwd getdents getdents64 lseek lstat
mkdir mkdirat newfstatat open openat openat2 pipe pipe2 poll ppoll pread64 preadv pselect6 pwrite64
pwritev read readlink readlinkat readv rename renameat renameat2 rmdir select sendfile stat statfs
statx truncate umask unlink unlinkat utimensat write writev
"""
MEMORY = "brk madvise mincore mmap mprotect mremap munmap membarrier"
TIME = """
alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer time
times
"""
ITSELF = """
arch_prctl execve exit exit_group futex get_robust_list getcpu getegid geteuid getgid getgroups
getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid
gettid getuid prlimit64 restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn
rt_sigtimedwait sched_getaffinity sched_yield set_robust_list set_tid_address setgid setgroups
setrlimit setuid sigaltstack sysinfo tgkill uname wait4 waitid
"""
# By their second argument: duplicating and flags of a file, but no locks; what a terminal is.
COMMANDS = {"fcntl": (0, 1, 2, 3, 4, 1030), "ioctl": (0x5401, 0x5413, 0x5421, 0x5450, 0x5451)}


@functools.cache
def program():
    """Return the filter as the bytes that bubblewrap reads; `OSError` without libseccomp."""
    try:
        import pyseccomp
    except ModuleNotFoundError:
        words = "pyseccomp is missing from .venv: run `make book`, which brings it up to date"
        raise OSError(words) from None
    except (ImportError, RuntimeError) as error:
        raise OSError(f"libseccomp is missing ({error}): sudo apt install libseccomp2") from None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    for name in " ".join((FILES, MEMORY, TIME, ITSELF)).split():
        if known(pyseccomp, name):
            rules.add_rule(pyseccomp.ALLOW, name)
    for name, commands in COMMANDS.items():
        for command in commands:
            rules.add_rule(pyseccomp.ALLOW, name, pyseccomp.Arg(1, pyseccomp.EQ, command))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def known(pyseccomp, name):
    """Tell whether this machine has a call of that name; some have only its successor."""
    try:
        return pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0
    except (ValueError, OSError):
        return False
