"""The explorer's page as a file: what is in it, what it may do, how it is made."""

import base64
import hashlib
import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from cubistlib import __main__ as line
from cubistlib.inspector.bundle import bundle
from cubistlib.inspector.explorer import GROUPS, PAIRS, SOURCES, gallery, page
from cubistlib.plots import LABELS
from cubistlib.plots.style import LATER
from cubistlib.search import frontier, verify
from cubistlib.studies import paper
from cubistlib.support import paths
from cubistlib.support.checks import UserError

PAGE = page()
TAG = r"<{}(?: [^>]*)?>(.*?)</{}>"


def test_it_is_written_where_one_says_or_to_outputs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    for arguments, file in [([], "outputs/explorer.html"), ([str(tmp_path / "a.html")], "a.html")]:
        assert line.main(["explorer", *arguments]) == 0
        assert (tmp_path / file).read_text("utf-8") == PAGE and str(
            tmp_path / file
        ) in capsys.readouterr().out
    assert line.main(["explorer", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    (tmp_path / "README.md").write_text("dear")
    assert line.main(["explorer", str(tmp_path / "README.md")]) == 2
    assert "must end in .html" in capsys.readouterr().err
    assert (tmp_path / "README.md").read_text() == "dear"


def test_it_runs_no_script_but_its_own_and_asks_for_nothing():
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', PAGE)[1]
    data, script = re.findall(TAG.format("script", "script"), PAGE, re.DOTALL)
    (style,) = re.findall(TAG.format("style", "style"), PAGE, re.DOTALL)
    for text in (script, style):
        known = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{known}'" in policy
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    assert json.loads(data) == gallery()
    assert not re.search(r"\ssrc=|<link|url\(|@import|\sstyle=|\son\w+=", PAGE)
    assert set(re.findall(r"https?://[^\s\"']*", PAGE)) <= {"http://www.w3.org/2000/svg"}
    assert len(PAGE.encode()) < 1_000_000


def in_group(folder):
    """What the gallery shows of a folder: name, kind and parameters of each network."""
    shown = [known for known in gallery() if known["group"] == GROUPS[folder]]
    return [(known["name"], known["kind"], known["parameters"]) for known in shown]


def test_its_gallery_is_the_frontier_with_all_biases_and_the_nine():
    for kind in ("sgd", "polished"):
        witnesses = [w for w in frontier.published().values() if w.bias_rule == "read"]
        first = [("", w.kind, w.claims.parameters) for w in witnesses if w.kind == kind]
        assert in_group(f"frontier/{kind}") == first
    for target in ("95", "99.5"):
        files = paths.published(f"nine/{target}").glob("*.json")
        nine = sorted((verify.read(f)["parameters"], LABELS[f.stem]) for f in files)
        group = [(name, "sgd", parameters) for parameters, name in nine]
        assert in_group(f"nine/{target}") == group and len(group) == 9
    assert [*dict.fromkeys(known["group"] for known in gallery())] == [*GROUPS.values(), PAIRS]


def test_its_gallery_has_the_best_and_the_typical_run_of_every_algorithm():
    shown = {folder: in_group(f"gallery/{folder}") for folder in ("best", "typical")}
    nine, later = ({LABELS[name] for name in names} for names in (paper.NINE, LATER))
    for runs in shown.values():
        assert {name for name, kind, _ in runs if kind == "sgd"} == nine
        assert {name for name, kind, _ in runs if kind == "polished"} == later
        assert len(runs) == 21
    ((name, kind, parameters),) = in_group("gallery/read")
    assert (name, kind, parameters) == (LABELS["search"], "sgd", 29)
    notes = {known["group"] for known in gallery() if known["note"]}
    assert notes == {GROUPS["gallery/read"]}


def test_a_network_of_its_gallery_stands_beside_what_it_was_before_it_was_pruned():
    pairs = [(known, known["before"]) for known in gallery() if "before" in known]
    assert {known["group"] for known, _ in pairs} == {PAIRS}
    assert {known["name"] for known, _ in pairs} == {"LTH", "OBS"}
    best = [known for known in gallery() if known["group"] == GROUPS["gallery/best"]]
    for after, before in pairs:
        assert any(after["weights"] == known["weights"] for known in best)
        assert after["name"] == before["name"] and "not pruned yet" in before["recipe"]
        assert before["accuracy"] > 0.999 and before["parameters"] > 5 * after["parameters"]


def test_its_numbers_are_those_of_the_witnesses_to_the_bit():
    for folder, group in GROUPS.items():
        files = (verify.read(file) for file in paths.published(folder).glob("*.json"))
        known = {(w["parameters"], w["correct"]): w for w in files}
        for shown in (each for each in gallery() if each["group"] == group):
            exact = known[shown["parameters"], shown["correct"]]
            for kind in ("weights", "biases"):
                for one, other in zip(shown[kind], exact[kind], strict=True):
                    np.testing.assert_array_equal(np.float32(one), other)


@pytest.fixture
def modules(tmp_path):
    """Writes modules of these texts and returns the folder."""

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)
        return tmp_path

    return write


NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs node: apt-get install nodejs, or nodejs.org")
def test_modules_become_one_script(modules):
    folder = modules(
        main='import "./side.js";\nimport { a as other, F } from "./b.js";\n'
        "const a = 1;\nconsole.log(a, other, new F().f());\n",
        side='import { a } from "./b.js";\nconsole.log("first", a);\n',
        b="let made = 0;\nmade += 1;\nexport const a = 10 * made;\n"
        "export class F {\n  f() {\n    return here();\n  }\n}\n"
        "export function here() {\n  return made;\n}\n",
    )
    (folder / "all.js").write_text(bundle(folder / "main.js"))
    done = subprocess.run([NODE, folder / "all.js"], capture_output=True, text=True, check=True)
    assert done.stdout == "first 10\n1 10 1\n"


@pytest.mark.parametrize(
    "texts, said",
    [
        (
            {"main": 'import { a } from "./b.js";\n', "b": "const a = 1;\n"},
            "b.js does not export a",
        ),
        ({"main": 'import "./b.js";\n', "b": 'import "./main.js";\n'}, "in a circle"),
        ({"main": 'import * as b from "./b.js";\n'}, "cannot be bundled: import"),
        ({"main": "export default 1;\n"}, "cannot be bundled: export"),
        ({"main": 'import { a } from "package";\n'}, "cannot be bundled: import"),
    ],
)
def test_what_cannot_be_bundled_is_a_sentence(modules, texts, said):
    with pytest.raises(UserError, match=re.escape(said)):
        bundle(modules(**texts) / "main.js")


def test_every_module_of_the_explorer_is_in_it():
    scripts = [bundle(SOURCES / f"{entry}.js") for entry in ("main", "widget", "living")]
    for file in SOURCES.glob("*.js"):
        assert any(f"const $explorer_{file.stem} = " in script for script in scripts), file.name


def test_what_stands_here_and_there_is_the_same():
    """Bounds of the library that the page has to know."""
    for file, name, value in (
        ("measure.js", "LEAST", frontier.LEAST),
        ("../witness.js", "WIDEST", verify.WIDEST),
        ("../witness.js", "LEAST", verify.LEAST),
        ("../witness.js", "MOST", verify.MOST),
    ):
        text = (SOURCES / file).read_text("utf-8")
        assert float(re.search(rf"\b{name} = ([\d.e+-]+)", text)[1]) == value, f"{file}: {name}"
