"""Runs DVC's command lines for the conformance tests, each in a fork of a process that has DVC loaded already.

A request is a line of JSON: {"folder", "args", "log"}. DVC writes to `log`; the answer is {"code", "stages"}: the exit code,
and what the lock then says of every stage of the project, with paths relative to its root.
"""

import json
import os
import sys


def tagged(value):
    """A value whose floats differ from ints as JSON, too."""
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, dict):
        return {str(key): tagged(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [tagged(item) for item in value]
    return value


def recorded(root):
    """The stages of the lock, by address from the project's root."""
    from dvc.repo import Repo
    from dvc.stage import PipelineStage

    os.chdir(root)
    stages = {}
    for stage in Repo(root).index.stages:
        if not isinstance(stage, PipelineStage) or stage.name not in stage.dvcfile._lockfile.load().get("stages", {}):
            continue
        place = lambda item: os.path.relpath(item.fs_path, root)
        files = lambda items: {
            place(item): [item.meta.size, item.meta.nfiles] for item in items if item.hash_name != "params" and item.hash_info
        }
        params = {place(item): tagged(item.hash_info.value) for item in stage.params if item.hash_info.value}
        stages[stage.addressing] = {"deps": files(stage.deps), "params": params, "outs": files(stage.outs)}
    return stages


def answer(request, pipe):
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(request["folder"])
    from dvc.cli import main

    code = main(request["args"])
    sys.stdout.flush()
    try:
        stages = recorded(request["root"])
    except Exception as error:  # a project that DVC refuses has no stages
        print(f"no lock: {error}", flush=True)
        stages = {}
    with os.fdopen(pipe, "w") as file:
        json.dump({"code": code, "stages": stages}, file)


def serve():
    import dvc.cli.parser  # noqa: F401
    import dvc.repo  # noqa: F401
    import dvc.repo.reproduce  # noqa: F401
    import dvc.stage.cache  # noqa: F401

    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            status = 1
            try:
                answer(json.loads(line), writing)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        with os.fdopen(reading) as file:
            reply = file.read()
        os.waitpid(child, 0)
        print(reply or json.dumps({"code": -1, "stages": {}}), flush=True)


serve()
