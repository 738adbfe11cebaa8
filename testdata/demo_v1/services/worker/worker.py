import os

from queue_of_jobs import jobs

print(",".join(jobs(os.environ["JOBS"])))
