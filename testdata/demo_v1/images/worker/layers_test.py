import glob
import tarfile

files = set()
for layer in glob.glob("images/worker/layers_*.tar.gz"):
    with tarfile.open(layer) as archive:
        for member in archive:
            assert (member.uid, member.gid) == (65532, 65532)
            files.add(member.name.lstrip("./"))
assert {"srv/services/worker/worker", "srv/services/worker/worker.runfiles/_main/services/worker/jobs.txt"} <= files
