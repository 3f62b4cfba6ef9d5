"""Changes its own resource limits: lifts those that hold it, and lowers those that the runner needs.

Hard limits cannot be lifted; a file size limit of nothing keeps the run from writing what it found out, which costs the submission alone.
"""

# zoo: {"verdict": ["file_size", "crashed", "disk_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
HONEST
import resource
import signal

for name in ("NPROC", "NOFILE", "FSIZE", "AS", "CPU", "MEMLOCK", "CORE"):
    which = getattr(resource, f"RLIMIT_{name}")
    before = resource.getrlimit(which)
    try:
        resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError) as error:
        print(name, before, error)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
