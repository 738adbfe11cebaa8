"""Worker mode (https://bazel.build/remote/creating), and several sources at once.

Sources are compiled by child processes, which live for many sources each; the worker itself only reads,
distributes and answers. That gives all cores, an answer to a cancellation at once (the child is killed), and
a worker that outlives whatever compile() does to a process. A child writes nothing but temporary files; the
worker moves them into place, and answers after that.
"""

# The modules in C behind those of the library: start-up counts, and `signal` alone takes as long as a file or two.
import _signal as signal
import gc
import marshal
import select
from _collections import deque

from precompiler import POSIX, UsageError, build, commit, discard, os, parse, tasks
from wire import BrokenStream, Json, Malformed, Proto, recognise

CHUNK = 1 << 20
# A pipe that is ready takes at least this much without making us wait.
PIPE_CHUNK = getattr(select, "PIPE_BUF", 512)
# With this many requests unanswered no more are read; it bounds the memory. Bazel sends a few at a time.
MOST_REQUESTS = 2000
# A child is replaced after this many bytes of source: not all that compiling takes is ever freed. Not sooner: starting
# one costs as much as compiling some files.
BYTES_PER_CHILD = 16 << 20
# Fewer sources than this are compiled faster without starting other processes.
WORTH_PROCESSES = 8


def serve(arguments, given):
    """Serve work requests on stdin until it ends. `arguments` and what `parse` made of them are those of the start.

    They hold for each request. Gives the exit code. Raises UsageError.
    """
    count = process_count(given)
    # Once it has freed a block of this size, glibc's malloc keeps smaller ones rather than give them back to the
    # system, which then has to fault each page in again, with every larger source and every long request.
    bytes(16 << 20)
    protocol = {"json": Json(), "proto": Proto()}.get(given.get("--worker_protocol"))
    if POSIX and given.get("--worker_impl") != "serial":
        worker = Worker(arguments, protocol, count)
    else:
        worker = SerialWorker(arguments, protocol)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an interrupt is no reason for a traceback
    try:
        return worker.run()
    except BrokenPipeError:
        return 1  # nobody is left to answer
    finally:
        worker.close()


def build_all(work, given):
    """Build the tasks `work` for a one-shot run. Gives the exit code and the text for the user. Raises UsageError."""
    count = min(process_count(given), len(work))
    gc.disable()  # there is next to no cyclic garbage, and the process does not live long
    if count == 1 or len(work) < WORTH_PROCESSES or not POSIX:
        return conclude(work, [build(task) for task in work])
    pool = Pool(count)
    for number, task in enumerate(work):
        pool.queue.append((None, number, task))
    results = [None] * len(work)
    try:
        while None in results:
            pool.dispatch()
            for file in select.select(pool.busy(), [], [])[0]:
                _, number, _, result = pool.collect(file)
                results[number] = result
    finally:
        pool.close()
    return conclude(work, results)


def conclude(work, results):
    """Move the outputs of the tasks `work` into place if all of their `results` (as of `build`) are good.

    If not, discard them. Gives the exit code and the text for the user.
    """
    text = "".join([result[1] for result in results])
    good = all(result[0] for result in results)
    for task in work:
        problem = commit(task) if good else discard(task)
        if problem:
            good = False
            text += problem
    return (0 if good else 1), text


def process_count(given):
    """Give the number of processes to use. Raises UsageError."""
    value = given.get("--jobs")
    if value is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not value.isdigit() or int(value) == 0:
        raise UsageError(f"--jobs: {value!r} is not a number of processes")
    return int(value)


def log(text):
    """Write a line to stderr, which goes to the worker's log."""
    os.write(2, f"precompiler worker: {text}\n".encode("utf-8", "backslashreplace"))


# --- Processes ----------------------------------------------------------------------------------------------


class Child:
    """A process that builds one task at a time; `jobs` holds the one it is at and those that wait in its pipe."""

    def __init__(self, close):
        """Start it. It closes the file descriptors `close`, which belong to the parent."""
        self.jobs = deque()
        self.spent = 0
        task_out, self.to = os.pipe()
        self.back, result_in = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            status = 1
            try:
                for file in (self.to, self.back, *close):
                    os.close(file)
                os.dup2(2, 1)  # stdout is for answers only
                build_forever(task_out, result_in)
                status = 0
            finally:
                os._exit(status)
        os.close(task_out)
        os.close(result_in)

    def give(self, job):
        """Hand the process `job`, a tuple (owner, number, task). Whether it gets to it, the result tells."""
        self.jobs.append(job)
        try:
            send(self.to, job[2])
        except BrokenPipeError:
            pass

    def take(self):
        """Wait for the result of the first job. Raises EOFError if the process died."""
        result = receive(self.back)
        self.spent += result[2] + 1000
        return result

    def end(self):
        """Let the process end, once it has done its jobs."""
        os.close(self.to)
        os.close(self.back)

    def kill(self):
        """End the process at once and give its exit status; it touches no file after that."""
        os.kill(self.pid, signal.SIGKILL)
        self.end()
        return os.waitpid(self.pid, 0)[1]


def build_forever(tasks_in, results_out):
    """Build the tasks that come in, until no more do."""
    gc.disable()  # as in build_all
    while True:
        try:
            task = receive(tasks_in)
        except EOFError:
            return
        try:
            result = build(task)
        except Exception as error:
            log(f"{task[0]}: {error!r}")
            result = False, f"{task[1]}: internal error of the compiler: {error!r}\n", 0
        try:
            send(results_out, result)
        except BrokenPipeError:  # nobody is left to move the output into place
            discard(task)
            return


def send(file, value):
    """Write `value` to a pipe."""
    data = marshal.dumps(value)
    data = len(data).to_bytes(8, "little") + data
    while data:
        data = data[os.write(file, data) :]


def receive(file):
    """Read a value from a pipe that `send` wrote there. Raises EOFError."""
    return marshal.loads(read_exactly(file, int.from_bytes(read_exactly(file, 8), "little")))


def read_exactly(file, size):
    """Read `size` bytes from a pipe. Raises EOFError."""
    parts = []
    while size:
        part = os.read(file, min(size, CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class Pool:
    """Up to `size` child processes, and the `queue` of jobs that wait for one."""

    def __init__(self, size):
        self.size = size
        self.queue = deque()
        self.children = []
        self.leaving = []

    def dispatch(self):
        """Give jobs from the queue to idle children, starting some if needed; if many are left, one more to each.

        So a child need not wait for us between two jobs, and yet no job waits for a child when another is idle.
        """
        self.leaving = [pid for pid in self.leaving if os.waitpid(pid, os.WNOHANG)[0] == 0]
        for child in self.children:
            if self.queue and not child.jobs:
                child.give(self.queue.popleft())
        while self.queue and len(self.children) < self.size:
            child = Child([file for other in self.children for file in (other.to, other.back)])
            self.children.append(child)
            child.give(self.queue.popleft())
        for child in self.children:
            if len(self.queue) > 2 * self.size and len(child.jobs) == 1 and child.spent <= BYTES_PER_CHILD:
                child.give(self.queue.popleft())

    def busy(self):
        """Give the file descriptors to wait on for results."""
        return [child.back for child in self.children if child.jobs]

    def collect(self, file):
        """Take the result at one of `busy`, and give a tuple: owner, number and task of the job, result of `build`."""
        child = next(child for child in self.children if child.back == file)
        job = child.jobs[0]
        try:
            result = child.take()
        except EOFError:
            status = self.lose(child, 1)
            result = False, f"{job[2][1]}: the compiler process died (wait status {status})\n", 0
        else:
            child.jobs.popleft()
            if child.spent > BYTES_PER_CHILD and not child.jobs:
                self.children.remove(child)
                child.end()
                self.leaving.append(child.pid)
        return (*job, result)

    def lose(self, child, done):
        """Kill a child and queue its jobs anew, without the first `done`. Gives the exit status."""
        self.children.remove(child)
        status = child.kill()
        for job in child.jobs:
            discard(job[2])
        self.queue.extendleft(reversed(list(child.jobs)[done:]))
        return status

    def drop(self, owner):
        """Forget the jobs of `owner` and end what works on them; when this returns none is touched any more."""
        for child in self.children[:]:
            if any(job[0] is owner for job in child.jobs):
                self.lose(child, 0)
        self.queue = deque([job for job in self.queue if job[0] is not owner])

    def close(self):
        """End all processes."""
        for child in self.children:
            child.kill()
        for pid in self.leaving:
            os.waitpid(pid, 0)
        self.children, self.leaving = [], []


# --- Workers ------------------------------------------------------------------------------------------------


class SerialWorker:
    """Answers one request after the other, in this process.

    It cannot be cancelled: a request to do so is read only after the answer. For systems without fork.
    """

    def __init__(self, arguments, protocol):
        """`arguments` (list of str) hold for each request; `protocol` may be None, to find out."""
        self.arguments = [argument for argument in arguments if argument != "--persistent_worker"]
        self.protocol = protocol
        self.unknown = b""
        self.requests = 0

    def run(self):
        """Serve until the input ends. Gives the exit code."""
        while True:
            data = os.read(0, CHUNK)
            if not data:
                self.end()
                return 0
            if not self.take(data):
                return 1

    def take(self, data):
        """Take input (bytes) and handle the requests in it. Gives whether it made sense."""
        if self.protocol is None:
            data = self.unknown + data
            self.protocol = recognise(data)
            if self.protocol is None:
                self.unknown = data
                return True
        try:
            for message in self.protocol.frames(data):
                self.message(message)
        except BrokenStream as error:
            log(str(error))
            return False
        return True

    def end(self):
        """Handle what the input ended with: a request of which only the line end is missing, or less."""
        rest = self.protocol.rest() if self.protocol else self.unknown
        try:
            if type(self.protocol) is Json and rest.strip():
                self.protocol.decode(rest)
                self.message(rest)
            elif rest:
                raise Malformed("cut off")
        except Malformed:
            log("the input ended within a request")

    def message(self, message):
        """Handle a message (bytes) with a request."""
        try:
            request = self.protocol.decode(message)
        except Malformed as error:
            self.answer(error.request_id, 2, f"precompiler: {error}\n")
            return
        if request.cancel:
            self.cancel(request.request_id)
            return
        self.requests += 1
        try:
            given = parse(self.arguments + request.arguments, request.sandbox_dir)
            work = tasks(given, request.sandbox_dir, f"{os.getpid()}-{self.requests}")
        except UsageError as error:
            self.answer(request.request_id, 2, f"precompiler: {error}\n")
            return
        self.request(request.request_id, work)

    def request(self, request_id, work):
        """Do the tasks `work` and answer."""
        self.answer(request_id, *conclude(work, [build(task) for task in work]))

    def cancel(self, request_id):
        """Cancel the request `request_id` if it is there."""

    def answer(self, request_id, exit_code, text, was_cancelled=False):
        """Answer a request."""
        self.send(self.protocol.encode(request_id, exit_code, text, was_cancelled))

    def send(self, data):
        """Write to stdout."""
        while data:
            data = data[os.write(1, data) :]

    def close(self):
        """Leave nothing behind."""


class Running:
    """A request that is not answered yet."""

    def __init__(self, request_id, work):
        self.request_id = request_id
        self.work = work
        self.results = [None] * len(work)
        self.missing = len(work)


class Worker(SerialWorker):
    """Serves many requests at once, with the processes of a pool."""

    def __init__(self, arguments, protocol, count):
        super().__init__(arguments, protocol)
        self.pool = Pool(count)
        self.running = []
        # Requests without an id are answered in the order they came, one after the other.
        self.waiting = deque()
        self.output = bytearray()

    def run(self):
        """Serve until the input ends and all is answered. Gives the exit code."""
        status = 0
        more = True
        while more or self.running or self.waiting or self.output:
            self.pool.dispatch()
            files = self.pool.busy()
            if more and len(self.running) + len(self.waiting) < MOST_REQUESTS:
                files.append(0)
            readable, writable, _ = select.select(files, [1] if self.output else [], [])
            for file in readable:
                if file != 0:
                    self.collect(file)
            if writable:
                del self.output[: os.write(1, self.output[:PIPE_CHUNK])]
            if 0 in readable:
                data = os.read(0, CHUNK)
                if not data:
                    self.end()
                    more = False
                elif not self.take(data):
                    more, status = False, 1
        return status

    def request(self, request_id, work):
        """Start a request, or let it wait."""
        running = Running(request_id, work)
        if request_id == 0 and any(other.request_id == 0 for other in self.running):
            self.waiting.append(running)
        else:
            self.start(running)

    def start(self, running):
        """Queue the tasks of a request."""
        self.running.append(running)
        for number, task in enumerate(running.work):
            self.pool.queue.append((running, number, task))

    def collect(self, file):
        """Take a result from the pool, and answer if it was the last one of its request."""
        running, number, _, result = self.pool.collect(file)
        running.results[number] = result
        running.missing -= 1
        if not running.missing:
            self.finish(running, *conclude(running.work, running.results))

    def cancel(self, request_id):
        """Stop the work on a request and answer it; one that is not there was answered before."""
        for running in [running for running in self.running if running.request_id == request_id]:
            self.pool.drop(running)
            for task in running.work:
                discard(task)
            self.finish(running, 0, "", True)

    def finish(self, running, exit_code, text, was_cancelled=False):
        """Answer a request and forget it."""
        self.running.remove(running)
        self.answer(running.request_id, exit_code, text, was_cancelled)
        if running.request_id == 0 and self.waiting:
            self.start(self.waiting.popleft())

    def send(self, data):
        """Write to stdout as soon as it takes it."""
        self.output += data

    def close(self):
        """End the processes."""
        for running in self.running:
            self.pool.drop(running)
            for task in running.work:
                discard(task)
        self.pool.close()
