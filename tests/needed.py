"""Programs that tests need beside Python: a test without them fails, unless told in words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

import pytest

WITHOUT = "POSTERN_WITHOUT_BROWSER"


def program(*names: str, environ: Mapping[str, str] = os.environ) -> str:
    """The path of the first of these programs that is there; else the test fails, or skips.

    It skips with a reason when POSTERN_WITHOUT_BROWSER=1 says that this machine goes without.
    """
    if environ.get(WITHOUT) == "1":
        pytest.skip(f"{WITHOUT}=1: this machine does without Chromium and Node.js")
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.fail(
        f"This test needs {names[0]}, which is not installed. Install it, or say "
        f"{WITHOUT}=1 to skip every test that needs a browser or Node.js.",
        pytrace=False,
    )
