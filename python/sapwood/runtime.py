"""What an embedding host calls: one JSON request in, one JSON response out, events on the way.

It never prints and never raises. The host owns the process: nothing here changes signal handlers, the working
directory or standard streams.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sapwood import _core, answers, messages
from sapwood.answering import Answerer
from sapwood.errors import BadInputError, InternalError, SapwoodError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    OnEvent = Callable[[str], bool | None] | None
    """Called with an event as JSON; False asks for a stop with saved state."""


class Runtime:
    """Serves requests and keeps loaded models between them."""

    def __init__(self) -> None:
        self._answerers: dict[str, Answerer] = {}

    def handle(self, request_json: str, on_event: OnEvent = None) -> str:
        """Answers one request: `{"ok": reply}`, or `{"error": {"code", "message", "traceback"}}`.

        Args:
            request_json: A request as `messages` defines it.
            on_event: Called with each event as JSON; where it returns False, training saves its state and stops.
        """
        try:
            reply = self._reply(_parsed(request_json), on_event)
        except Exception as error:  # noqa: BLE001 a host can't catch what Python raises
            return _failure(error)
        return json.dumps({"ok": reply.model_dump(mode="json")}, ensure_ascii=False, allow_nan=False)

    def _reply(
        self, request: messages.Ping | messages.Train | messages.Embed | messages.Analyze, on_event: OnEvent
    ) -> messages.Message:
        match request:
            case messages.Ping():
                return messages.Pong(
                    version=_core.__version__,
                    python=".".join(map(str, sys.version_info[:3])),
                    executable=sys.executable,
                )
            case messages.Train(params=params):
                return _train(params, on_event)
            case messages.Embed(params=params):
                return self._embed(params)
            case messages.Analyze(params=params):
                return self._analyze(params)

    def _embed(self, params: messages.EmbedRequest) -> messages.Embedded:
        answerer = self._answerer(params.workspace)
        version = answerer.version(params.model, params.version)
        vectors = answerer.embed(_items(params.items), params.model, params.version)
        return messages.Embedded(
            items=[
                _failed(item.id, vector)
                if isinstance(vector, SapwoodError)
                else messages.Vector(id=item.id, vector=vector.tolist(), version=version)
                for item, vector in zip(params.items, vectors, strict=True)
            ]
        )

    def _analyze(self, params: messages.AnalyzeRequest) -> messages.Analyzed:
        analyses = self._answerer(params.workspace).analyze(_items(params.items), params.version)
        return messages.Analyzed(
            items=[
                _failed(item.id, analysis)
                if isinstance(analysis, SapwoodError)
                else messages.Analysis.model_validate({"id": item.id, **asdict(analysis)}, strict=False)
                for item, analysis in zip(params.items, analyses, strict=True)
            ]
        )

    def _answerer(self, workspace: str) -> Answerer:
        if workspace not in self._answerers:
            # One code base at a time keeps its models in memory.
            self._answerers = {workspace: Answerer(_core.Engine.open(workspace, workspace))}
        return self._answerers[workspace]


_RUNTIME = Runtime()
handle = _RUNTIME.handle
"""`Runtime.handle` of the one runtime of this process, which an embedding host calls."""


def _train(params: messages.TrainRequest, on_event: OnEvent) -> messages.Trained:
    from sapwood.config import load_config
    from sapwood.dependencies import require_training

    settings = load_config(None if params.config is None else Path(params.config), params.overrides)
    engine = _core.Engine.open(params.workspace, params.workspace)
    require_training()
    from sapwood.training import continued_settings, train

    if params.resume is not None and params.config is None:
        settings = continued_settings(engine, params.model, params.resume, params.overrides, settings)
    relay = _Relay(on_event)
    result = train(params.model, engine, settings, on_event=relay.send, should_stop=relay.stopped, resume=params.resume)
    return messages.Trained(run_dir=str(result.run_dir), version=result.version, metrics=result.metrics)


class _Relay:
    """Passes events on and remembers whether the host asked for a stop."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._stopped = False

    def send(self, event: dict[str, Any]) -> None:
        if self._on_event is None:
            return
        text = messages.Event.model_validate(event).model_dump_json(exclude_none=True)
        if self._on_event(text) is False:
            self._stopped = True

    def stopped(self) -> bool:
        return self._stopped


def _parsed(request_json: str) -> messages.Ping | messages.Train | messages.Embed | messages.Analyze:
    try:
        return messages.REQUEST.validate_json(request_json)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the request"
        message = f"{place}: {first['msg']}; send what the message schema asks for"
        raise BadInputError(message) from None


def _items(items: Iterable[messages.Item]) -> list[answers.Item]:
    return [answers.Item(item.id, item.code, item.language, item.path) for item in items]


def _failed(name: str, error: SapwoodError) -> messages.Failed:
    return messages.Failed(id=name, error=messages.Failure(code=error.code, message=str(error)))


def _failure(error: Exception) -> str:
    code = error.code if isinstance(error, SapwoodError) else InternalError.code
    message = str(error) if isinstance(error, SapwoodError) else f"{type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error))
    return json.dumps({"error": {"code": code, "message": message, "traceback": trace}}, ensure_ascii=False)
