"""Where commands are typed: consoles of other characters, pipes that end, odd homes."""

import importlib
import os
import pwd
import subprocess
import sys
from io import BytesIO, TextIOWrapper

import pytest
import sweeps
from little import Little

import cubistlib as cl
from cubistlib import sweep
from cubistlib.__main__ import main
from cubistlib.support import compiled, console, paths

PLAN = ["plan", "p", "--no-cost"]


def shell(home, line, **changed):
    """A line of a shell in which `cubistlib` is the command: (status, stdout, stderr)."""
    known = {**os.environ, "CUBISTLIB_HOME": str(home), "PYTHONPATH": str(sweeps.HERE)}
    known |= {"PYTHONUNBUFFERED": ""} | changed
    start = f'cubistlib() {{ "{sys.executable}" -m cubistlib "$@"; }}; set -o pipefail; {line}'
    done = subprocess.run(["bash", "-c", start], env=known, capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252", "cp437", "utf-8"])
def test_a_console_without_our_characters_is_shown_others(monkeypatch, encoding):
    streams = [TextIOWrapper(BytesIO(), encoding, "strict") for _ in range(2)]
    for name, stream in zip(("stdout", "stderr"), streams, strict=True):
        monkeypatch.setattr(sys, name, stream)
    assert main(PLAN) == 0 and main(["plan", "…"]) == 2 and main(["replay", "×≤", "7"]) == 2
    out, err = (stream.buffer.getvalue().decode(encoding) for stream in streams)
    assert "485,838" in out and err.count("\n") == 2


def test_the_c_locale_is_a_console_too(tmp_path):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    status, out, err = shell(tmp_path, "cubistlib plan p --no-cost", **plain)
    assert (status, err) == (0, b"") and b"485,838" in out and b" - " in out


@pytest.mark.parametrize("character, shown", [*console.PLAIN.items(), ("é", "?"), ("\udcff", "?")])
def test_what_a_console_lacks_is_said_with_what_it_has(character, shown):
    console.prepare()
    assert f"a{character}b".encode("ascii", console.PLAINLY) == f"a{shown}b".encode()


@pytest.mark.parametrize(
    "line, status",
    [
        ("cubistlib plan p --no-cost | true", 141),
        ("cubistlib sweep --help | true", 141),
        ("cubistlib plan p --no-cost >&- 2>&- <&-", 0),
        ("cubistlib sweep --help > /dev/full", 2),
        ("cubistlib plan / 2>&1 | true", 2),
    ],
)
def test_where_nobody_reads_a_command_ends_in_silence(tmp_path, line, status):
    # Who reads has gone before anything is printed.
    late = line.replace("cubistlib", "{ sleep 0.3; cubistlib", 1).replace(" |", "; } |")
    done = shell(tmp_path, late if "|" in line else line)
    full = b"No space left on device\n" if "full" in line else b""
    assert (done[0], done[2]) == (status, full)


def test_a_sweep_of_which_nobody_reads_loses_no_row(tmp_path):
    code = """if True:
        import sys, sweeps
        from cubistlib.__main__ import main
        from cubistlib.studies import paper
        names = ["tiny/search", "tiny/other"]
        paper.STUDIES = {name: sweeps.search(name=name) for name in names}
        sys.exit(main(["sweep", "p"]))
    """
    status, out, err = shell(tmp_path, f"'{sys.executable}' -c '{code}' | head -1")
    assert (status, out, err) == (141, b"results: outputs/p/results/\n", b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUBISTLIB_HOME", str(tmp_path))
        assert sweep.finished(sweeps.search(), "p") == 128


def test_a_run_of_which_nobody_reads_ends_in_silence(tmp_path):
    Little(tmp_path).both("10_a", "1")
    # Who reads leaves before the first line is printed.
    done = shell(tmp_path, "{ sleep 0.3; cubistlib run quick; } | true")
    assert (done[0], done[2]) == (141, b"")


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("~no-such-user-here", "CUBISTLIB_HOME must be a folder, got '~no-such-user-here'"),
        (__file__, "CUBISTLIB_HOME must be a folder, got "),
        ("loop", "CUBISTLIB_HOME must be a folder, got 'loop'"),
    ],
)
def test_a_home_that_is_no_folder_is_one_sentence(tmp_path, monkeypatch, capsys, name, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setenv("CUBISTLIB_HOME", name)
    for command in (PLAN, ["run", "quick"], ["sweep", "p"], ["replay", "random-init/pruning", "7"]):
        assert main(command) == 2
        error = capsys.readouterr().err
        assert error.startswith(sentence) and error.count("\n") == 1


@pytest.mark.parametrize("name, home", [("sub", "sub"), ("", None), ("new/one", "new/one")])
def test_a_home_may_be_relative_or_new(tmp_path, monkeypatch, name, home):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    monkeypatch.setenv("CUBISTLIB_HOME", name)
    assert paths.root() == (paths.package().parent if home is None else tmp_path / home)
    assert main(PLAN) == 0


def test_a_home_of_a_user_without_one(monkeypatch, capsys):
    nobody = pwd.getpwnam("nobody").pw_dir
    monkeypatch.setenv("CUBISTLIB_HOME", "~nobody")
    assert str(paths.root()) == nobody
    assert main(PLAN) == 0


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "error, sentence",
    [
        (PermissionError(13, "Permission denied", "/a/b"), "/a/b: Permission denied\n"),
        (FileNotFoundError(2, "No such file or directory", b"/a/b"), "/a/b: No such file or"),
        (OSError(28, "No space left on device"), "No space left on device\n"),
        (TimeoutError("nothing came"), "nothing came\n"),
    ],
)
def test_whatever_the_file_system_refuses_is_one_sentence(monkeypatch, capsys, error, sentence):
    def refuse(given):
        raise error

    monkeypatch.setattr("cubistlib.sweep.commands.plan", refuse)
    assert main(PLAN) == 2
    said = capsys.readouterr().err
    assert said.startswith(sentence) and said.count("\n") == 1


@pytest.mark.parametrize("command", ["plan", "sweep", "run"])
def test_a_name_too_long_for_a_file_is_one_sentence(home, capsys, command):
    assert main([command, "p" * 300]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments, missing",
    [
        ([], "command"),
        (["run"], "profile"),
        (["sweep"], "profile"),
        (["sweep", "--wait"], "profile"),
        (["plan"], "profile"),
        (["replay"], "study, number"),
    ],
)
def test_what_is_missing_is_named_and_nothing_else(capsys, arguments, missing):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    error = capsys.readouterr().err
    assert error.splitlines()[-1].endswith(f"the following arguments are required: {missing}")


def test_without_numbas_compiler_it_is_said_what_to_do(monkeypatch):
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    with pytest.raises(cl.UserError, match=r"NUMBA_DISABLE_JIT is set, .* unset it"):
        compiled.compiled(print)("something")
    assert compiled.compiled_if_possible(print) is print


def test_without_numbas_compiler_pytorch_trains(tmp_path):
    code = """if True:
        import sys, sweeps
        from cubistlib import UserError, sweep
        print(len(sweep.run(sweeps.search(backend="torch", shard=64), "p", part=(1, 2))))
        try:
            sweep.run(sweeps.search(), "q")
        except UserError as error:
            print(error)
    """
    done = shell(tmp_path, f"'{sys.executable}' -c '{code}'", NUMBA_DISABLE_JIT="1")
    first, second = done[1].decode().splitlines()
    assert first == "64" and second.startswith("NUMBA_DISABLE_JIT is set")


def test_the_engine_compiles_where_no_cache_can_be_written(tmp_path, monkeypatch):
    (tmp_path / "module.py").write_text("def one_more(a):\n    return a + 1\n")
    (tmp_path / "__pycache__").touch()  # a file where numba wants a folder, here and at home
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "__pycache__"))
    monkeypatch.syspath_prepend(tmp_path)
    assert compiled.compiled(importlib.import_module("module").one_more)(2) == 3
