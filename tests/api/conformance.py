"""The endpoint against its own description, by schemathesis, which nobody of this project wrote.

Starts the real program on files of its own, enrols one device of each role, and lets schemathesis
make requests from /v1/openapi.json: right ones and wrong ones. No answer may be a 5xx, and each must
be of a status, media type and shape that the description names.

    python3 tests/api/conformance.py PROGRAM [--examples N] [--seed N] [--role ROLE]

Needs Python 3.10 or newer with venv (Debian: python3-venv) and, the first time, PyPI.
"""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
VARIABLES = {"NO_COLOR": "1", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
ROLES = ("butler", "inspector", "manager")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path, help="the built rounds-endpoint")
    parser.add_argument("--examples", type=int, default=30, help="most requests made up for each call and role")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", choices=ROLES, action="append")
    given = parser.parse_args()
    tool = schemathesis()
    failed = 0
    cases = 0
    for role in given.role or ROLES:
        with tempfile.TemporaryDirectory() as folder:
            passed, count = check(tool, given, role, Path(folder))
        failed += not passed
        cases += count
    print(f'trust: {{"api_calls": {cases}, "api_failures": {failed}}}')
    print(f"api conformance: {cases} requests as {', '.join(given.role or ROLES)}, seed {given.seed}")
    sys.exit(1 if failed else 0)


def check(tool, given, role, folder):
    """One role against one fresh endpoint; whether all was well, and how many requests were made."""
    database = folder / "a.sqlite"
    log = open(folder / "log.txt", "w+")
    program = subprocess.Popen(
        [given.program, "demo", "--listen", "127.0.0.1:0", "--db", database, "--blobs", folder / "photos"],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        said = program.stdout.readline()
        found = re.search(r"http://[^/\s]+", said)
        if not found:
            sys.exit(f"the endpoint did not start: {(folder / 'log.txt').read_text()}")
        address = found.group()
        device = enrol(given.program, database, address, role)
        print(f"== as {role}", flush=True)
        report = folder / "report.ndjson"
        done = subprocess.run(
            [
                tool, "--config-file", HERE / "schemathesis.toml", "run", f"{address}/v1/openapi.json",
                "--header", f"Authorization: Bearer {device['token']}",
                "--max-examples", str(given.examples), "--seed", str(given.seed),
                "--report", "ndjson", "--report-ndjson-path", report,
            ],
            env={**os.environ, **VARIABLES, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")},
            cwd=folder,
        )
        alive = program.poll() is None
        if not alive:
            print("the endpoint stopped while it was tested", file=sys.stderr)
        told = (folder / "log.txt").read_text()
        if "panicked" in told:
            print(f"the endpoint panicked:\n{told[-4000:]}", file=sys.stderr)
        return done.returncode == 0 and alive and "panicked" not in told, requests_in(report)
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
            try:
                program.wait(timeout=20)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def enrol(program, database, address, role):
    printed = subprocess.run(
        [program, "enrol", "--role", role, "--db", database], check=True, capture_output=True, text=True
    ).stdout
    body = {"code": printed.splitlines()[0], "device_name": "a phone", "install_id": f"install-{role}"}
    asked = urllib.request.Request(
        f"{address}/v1/enrol", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


def requests_in(report):
    """How many requests a run's report holds."""
    return report.read_text(errors="replace").count('"status_code":') if report.exists() else 0


def schemathesis():
    """The tool in an environment of its own, made once for each list of pinned versions."""
    wanted = HERE / "requirements.txt"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    root = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rounds-tools"
    place = root / f"schemathesis-{digest}"
    tool = place / "bin" / "schemathesis"
    if not tool.exists():
        print("setting up schemathesis", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", place])
        if made.returncode:
            sys.exit("python3 has no venv: on Debian or Ubuntu run `apt-get install python3-venv`")
        pip = [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        subprocess.run([*pip, "-r", wanted], check=True)
    return tool


if __name__ == "__main__":
    main()
