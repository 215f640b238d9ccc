"""Errors: one class a user-visible failure, one stable code a class."""

import pytest

from sapwood import _core, errors


def classes(module):
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, _core.SapwoodError)
    }


def test_every_error_of_the_core_can_be_imported_from_one_place():
    assert classes(_core).items() <= classes(errors).items()
    assert set(errors.__all__) == classes(errors).keys()


def test_codes_are_unique_and_stable_words():
    codes = [error.code for name, error in classes(_core).items() if name not in {"SapwoodError", "InternalError"}]
    assert len(codes) == len(set(codes))
    assert all(code.replace("_", "").isalnum() and code == code.lower() for code in codes)


@pytest.mark.parametrize(
    ("error", "code"), [(errors.ConfigError, "bad_config"), (errors.InterruptedRun, "interrupted")]
)
def test_errors_of_python_keep_the_code_of_their_kind(error, code):
    with pytest.raises(errors.SapwoodError) as raised:
        raise error("what; fix")
    assert raised.value.code == code
