"""What a plain word in a YAML file means, where the two versions in use agree on it.

YAML 1.1, which PyYAML and with it papermill read, takes 010 for 8, 1:30 for 90, off for false
and 1e-3 for text; YAML 1.2 takes them for 10, text, text and 0.001.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml

from cubistlib.support.checks import UserError, require

# The core schema of 1.2, of which all else is text. Source: YAML 1.2.2, section 10.3.2.
CORE: dict[str, Callable[[str], Any]] = {
    r"(~|null|Null|NULL)?": lambda text: None,
    r"true|True|TRUE|false|False|FALSE": lambda text: text.lower() == "true",
    r"[-+]?[0-9]+": int,
    r"0o[0-7]+|0x[0-9a-fA-F]+": lambda text: int(text, 0),
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?": float,
    r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)": lambda text: float(text.replace(".", "")),
}
TRUTH = {"y": True, "Y": True, "n": False, "N": False}  # in 1.1, though PyYAML has them as text
UNREADABLE = object()
LONGEST = 60  # characters of a number


def agreed(text: str) -> Any:
    """The value of a plain scalar: None, true or false, a number or text.

    Raises ValueError with what to write instead if YAML 1.1 and 1.2 differ or neither reads it.
    """
    old, new = _yaml_1_1(text), _yaml_1_2(text)
    if isinstance(old, str) and isinstance(new, str):
        return text
    require(len(text) <= LONGEST, f"{text[:LONGEST]} … is longer than a number may be")
    if old == new or new != new:  # NaN is not equal to itself
        return new
    meant = sorted((v for v in (old, new) if _form(v)), key=lambda v: isinstance(v, str))
    raise UserError(
        f"{text} is {_said(old)} in YAML 1.1 and {_said(new)} in YAML 1.2: "
        f"write {' or '.join(map(_form, meant))}"
    )


def _yaml_1_1(text: str) -> Any:
    if text in TRUTH:
        return TRUTH[text]
    pyyaml = yaml.SafeLoader("")
    try:
        tag = pyyaml.resolve(yaml.ScalarNode, text, (True, False))
        return pyyaml.construct_object(yaml.ScalarNode(tag, text))
    except (yaml.YAMLError, ValueError, OverflowError):  # =, 2000-13-45, 5,000 digits
        return UNREADABLE


def _yaml_1_2(text: str) -> Any:
    for pattern, read in CORE.items():
        if re.fullmatch(pattern, text):
            try:
                return read(text)
            except ValueError:  # of so many digits that Python refuses
                return UNREADABLE
    return text


def _said(value: Any) -> str:
    if value is UNREADABLE:
        return "nothing"
    return "text" if isinstance(value, str) else _form(value) or "a date"


def _form(value: Any) -> str:
    """How both versions write a value; empty for a date, which 1.2 does not have."""
    if isinstance(value, bool):
        return str(value).lower()
    form = repr(value) if isinstance(value, str | int | float) else ""
    if isinstance(value, float) and "." not in form:
        return form.replace("e", ".0e").replace("inf", ".inf")  # 1e-05, -inf
    return form
