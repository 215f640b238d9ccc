"""Ctrl-C asks for a stop with saved state; a second one stops at once."""

import os
import signal

import pytest

from sapwood import cli
from sapwood.errors import InterruptedRun
from sapwood.terminal.interrupt import stop_on_interrupt


def test_the_first_interrupt_asks_and_the_second_one_stops(capsys):
    with stop_on_interrupt() as should_stop:
        assert not should_stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert should_stop()
        assert "saving" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_handler_of_before_is_restored():
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("error", [KeyboardInterrupt(), InterruptedRun("stopped after 3 steps; go on with it")])
def test_an_interruption_is_130_and_no_traceback(monkeypatch, capsys, error):
    def interrupted(_arguments):
        raise error

    monkeypatch.setattr(cli, "_command", interrupted)
    assert cli.run(["train", "tree-lstm", "--json"]) == 130
    shown = capsys.readouterr()
    assert '"code": "interrupted"' in shown.out
    assert "Traceback" not in shown.err
