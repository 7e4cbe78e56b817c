"""A test that cannot run says why, and is never passed over in silence."""

from __future__ import annotations

import pytest

from tests.needed import program


def test_missing_program_fails_the_test() -> None:
    """Without Chromium a browser test fails, and says what to install."""
    with pytest.raises(pytest.fail.Exception, match="needs no-such-browser, which is not inst"):
        program("no-such-browser", environ={})


def test_machine_may_say_that_it_goes_without() -> None:
    """POSTERN_WITHOUT_BROWSER=1 skips with a reason, whatever is installed."""
    with pytest.raises(pytest.skip.Exception, match="does without Chromium and Node"):
        program("python3", environ={"POSTERN_WITHOUT_BROWSER": "1"})


def test_first_that_is_there_is_taken() -> None:
    """Chromium has several names."""
    assert program("no-such-shell", "sh", environ={}).endswith("/sh")
