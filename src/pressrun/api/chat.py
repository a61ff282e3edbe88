"""Chats and completions over HTTP, in Writer's shape and in OpenAI's, whole or piece by piece."""

import time
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from pressrun.api import paid_calls
from pressrun.api.access import require
from pressrun.api.chat_answer import Answering, Books, Wanted
from pressrun.api.chat_body import ChatBody, read_chat, read_completion
from pressrun.api.chat_files import with_files
from pressrun.api.chat_offers import first_calls, model_named, offers
from pressrun.api.chat_schemas import ChatCompletion, ChatRequest, Completion, CompletionRequest
from pressrun.api.chat_wire import ChatWire, Wire
from pressrun.api.completion_wire import CompletionWire
from pressrun.api.json_body import read_object
from pressrun.api.request_schemas import body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.chat.conversation import Conversation
from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.models.catalog import blind
from pressrun.models.model import Model
from pressrun.organizations.keys import Key, Scope
from pressrun.system import System

router = APIRouter(prefix="/v1", tags=["chat"])

STATUSES = (400, 401, 403, 404, 413, 429, 502, 504)
CHAT = errors(ChatCompletion, *STATUSES)
CHAT["2XX"]["content"]["text/event-stream"] = {"schema": {}}
COMPLETION = errors(Completion, *STATUSES)
COMPLETION["2XX"]["content"]["text/event-stream"] = {"schema": {}}


@router.post("/chat", responses=CHAT, openapi_extra=body_of(ChatRequest), summary="Chat")
@router.post("/chat/completions", responses=CHAT, openapi_extra=body_of(ChatRequest), summary="Chat, by OpenAI's path")
async def chat(request: Request) -> Response:
    """The next message of a conversation; tools of type graph, application and llm are run here, functions by you."""
    key = require(request, Scope.JOBS_WRITE)
    values, _ = await read_object(request)
    body = read_chat(values)
    model = await _admit(system_of(request), key, body)
    return await _answered(request, key, body, model, ChatWire(new_id(), int(time.time()), model.name))


@router.post(
    "/completions", responses=COMPLETION, openapi_extra=body_of(CompletionRequest), summary="Complete a prompt"
)
async def complete(request: Request) -> Response:
    """The text that a model answers to a prompt."""
    key = require(request, Scope.JOBS_WRITE)
    values, _ = await read_object(request)
    body = read_completion(values)
    model = await _admit(system_of(request), key, body)
    return await _answered(request, key, body, model, CompletionWire(new_id(), int(time.time()), model.name))


async def _answered(request: Request, key: Key, body: ChatBody, model: Model, wire: Wire) -> Response:
    books = Books()
    messages = await with_files(system_of(request), key, body.tools, body.question.messages)
    tools, built_in = await offers(system_of(request), key, body.tools, books, model)
    options = body.question.options
    if not tools:  # a provider refuses a choice among none
        options = {name: value for name, value in options.items() if name != "tool_choice"}
    question = replace(body.question, messages=messages, tools=tools, options=options)
    if question.images and not model.vision:
        raise PressrunError(Code.INVALID, Problem(blind(model.name).message, {"field": "model"}))
    first = first_calls(model, built_in, question.messages)
    conversation = Conversation(question, built_in, body.schema, body.stream, first)
    wanted = Wanted(conversation, body.count, body.stream, body.include_usage)
    return await Answering(request, key, wanted, books, wire).response()


async def _admit(system: System, key: Key, body: ChatBody) -> Model:
    """The model that is meant; raises PressrunError where it cannot be asked this."""
    await paid_calls.tokens_are_left(system.store, key.organization_id)
    return await model_named(system, key, body.question.model)
