"""The companion as a FastAPI service: the common Python shape of the same product.

One uvicorn process, SQLite through aiosqlite, personality and history cached in Redis for five
minutes, replies as server-sent events. It answers the same paths as Bondhu for one conversation
flow, so one load generator drives both. The reply is scripted, as it is on the other side.
"""

import asyncio
import hashlib
import os
import secrets
import time
import uuid
from contextlib import asynccontextmanager
from typing import Annotated, Any

import aiosqlite
import orjson
from fastapi import Cookie, Depends, FastAPI, HTTPException, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from redis import asyncio as redis

CACHE_SECS = 300
DELTAS = [
    "Thank you for telling me that. ",
    "It sounds like a lot happened ",
    "in one day, and that you ",
    "kept going all the same. ",
    "What part of it is ",
    "still with you now? ",
    "We can stay with that ",
    "for as long as you like.",
]

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, username TEXT UNIQUE, created_at INTEGER);
CREATE TABLE IF NOT EXISTS sessions (token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS conversations
    (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, title TEXT, created_at INTEGER, updated_at INTEGER);
CREATE TABLE IF NOT EXISTS messages
    (id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, parent_id TEXT, sender TEXT NOT NULL,
     text TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER, updated_at INTEGER);
CREATE INDEX IF NOT EXISTS messages_by_conversation ON messages (conversation_id, created_at DESC);
CREATE TABLE IF NOT EXISTS personality
    (user_id TEXT PRIMARY KEY, openness REAL, conscientiousness REAL, extraversion REAL,
     agreeableness REAL, neuroticism REAL);
"""


class Parts:
    """The connections that every request shares."""

    write: aiosqlite.Connection
    read: aiosqlite.Connection
    cache: redis.Redis
    # One connection writes, so a transaction belongs to one request at a time.
    write_turn: asyncio.Lock


parts = Parts()


async def open_database(path: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path)
    await connection.execute("PRAGMA journal_mode = WAL")
    await connection.execute("PRAGMA synchronous = NORMAL")
    await connection.execute("PRAGMA busy_timeout = 5000")
    connection.row_factory = aiosqlite.Row
    return connection


@asynccontextmanager
async def lifespan(_: FastAPI):
    path = os.environ["PEER_DATABASE"]
    parts.write = await open_database(path)
    await parts.write.executescript(SCHEMA)
    await parts.write.commit()
    parts.read = await open_database(path)
    parts.cache = redis.from_url(os.environ["REDIS_URL"], max_connections=100)
    parts.write_turn = asyncio.Lock()
    yield
    await parts.cache.aclose()
    await parts.write.close()
    await parts.read.close()


app = FastAPI(lifespan=lifespan)


class CreateAccount(BaseModel):
    username: str = Field(min_length=3, max_length=32)
    password: str = Field(min_length=10, max_length=200)


class SendMessage(BaseModel):
    text: str = Field(min_length=1, max_length=5000)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_id() -> str:
    return str(uuid.uuid4())


async def get_or_load(key: str, load) -> Any:
    """The value under `key`, or what `load` answers, kept for five minutes."""
    held = await parts.cache.get(key)
    if held is not None:
        return orjson.loads(held)
    value = await load()
    await parts.cache.set(key, orjson.dumps(value), ex=CACHE_SECS)
    return value


async def signed_in(bondhu_session: Annotated[str | None, Cookie()] = None) -> str:
    """The id of the user whose session cookie came with the request."""
    if bondhu_session is None:
        raise HTTPException(401, "not_signed_in")
    token_hash = hashlib.sha256(bondhu_session.encode()).hexdigest()

    async def load() -> str | None:
        query = "SELECT user_id FROM sessions WHERE token_hash = ?"
        async with parts.read.execute(query, (token_hash,)) as rows:
            row = await rows.fetchone()
        return row["user_id"] if row else None

    user_id = await get_or_load(f"session:active:{token_hash}", load)
    if user_id is None:
        raise HTTPException(401, "not_signed_in")
    return user_id


UserId = Annotated[str, Depends(signed_in)]


async def require_own_conversation(conversation_id: str, user_id: str) -> None:
    query = "SELECT 1 FROM conversations WHERE id = ? AND user_id = ?"
    async with parts.read.execute(query, (conversation_id, user_id)) as rows:
        if await rows.fetchone() is None:
            raise HTTPException(404, "not_found")


async def newest_messages(conversation_id: str, limit: int) -> list[dict[str, Any]]:
    query = """SELECT id, conversation_id, parent_id, sender, text, status, created_at, updated_at
               FROM messages WHERE conversation_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?"""
    async with parts.read.execute(query, (conversation_id, limit)) as rows:
        return [dict(row) for row in await rows.fetchall()]


async def personality_of(user_id: str) -> dict[str, Any]:
    async def load() -> dict[str, Any]:
        query = "SELECT * FROM personality WHERE user_id = ?"
        async with parts.read.execute(query, (user_id,)) as rows:
            row = await rows.fetchone()
        return dict(row) if row else {}

    return await get_or_load(f"personality:context:{user_id}", load)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/api/v1/accounts", status_code=201)
async def create_account(body: CreateAccount, response: Response) -> dict[str, Any]:
    # The password is not hashed: sign-up is not measured, and is here so that both sides are driven alike.
    user_id, token = new_id(), secrets.token_urlsafe(32)
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    async with parts.write_turn:
        await parts.write.execute("INSERT INTO users VALUES (?, ?, ?)", (user_id, body.username, now_ms()))
        await parts.write.execute("INSERT INTO sessions VALUES (?, ?)", (token_hash, user_id))
        await parts.write.execute("INSERT INTO personality VALUES (?, .5, .5, .5, .5, .5)", (user_id,))
        await parts.write.commit()
    response.set_cookie("bondhu_session", token, httponly=True, samesite="lax")
    return {"user": {"id": user_id, "username": body.username}}


@app.post("/api/v1/conversations", status_code=201)
async def create_conversation(user_id: UserId) -> dict[str, Any]:
    conversation_id, at = new_id(), now_ms()
    async with parts.write_turn:
        await parts.write.execute(
            "INSERT INTO conversations VALUES (?, ?, '', ?, ?)", (conversation_id, user_id, at, at)
        )
        await parts.write.commit()
    return {"id": conversation_id, "title": "", "created_at": at, "updated_at": at}


@app.get("/api/v1/conversations/{conversation_id}/messages")
async def list_messages(conversation_id: str, user_id: UserId, limit: int = 50) -> Response:
    await require_own_conversation(conversation_id, user_id)

    async def load() -> list[dict[str, Any]]:
        return await newest_messages(conversation_id, limit)

    items = await get_or_load(f"chat:history:{user_id}:{conversation_id}:{limit}", load)
    body = orjson.dumps({"items": items, "older": None, "newer": None})
    return Response(body, media_type="application/json")


def event(offset: int, name: str, data: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (offset, name.encode(), orjson.dumps(data))


async def insert_message(message: dict[str, Any]) -> None:
    await parts.write.execute(
        "INSERT INTO messages VALUES (:id, :conversation_id, :parent_id, :sender, :text, :status,"
        " :created_at, :updated_at)",
        message,
    )


def new_message(conversation_id: str, parent_id: str | None, sender: str, text: str, status: str) -> dict:
    at = now_ms()
    return {
        "id": new_id(),
        "conversation_id": conversation_id,
        "parent_id": parent_id,
        "sender": sender,
        "text": text,
        "status": status,
        "created_at": at,
        "updated_at": at,
    }


@app.post("/api/v1/conversations/{conversation_id}/messages")
async def send_message(conversation_id: str, body: SendMessage, user_id: UserId) -> StreamingResponse:
    await require_own_conversation(conversation_id, user_id)

    async def load() -> list[dict[str, Any]]:
        return await newest_messages(conversation_id, 50)

    await personality_of(user_id)
    history = await get_or_load(f"chat:history:{user_id}:{conversation_id}:50", load)
    parent_id = history[0]["id"] if history else None
    user_message = new_message(conversation_id, parent_id, "user", body.text, "complete")
    reply = new_message(conversation_id, user_message["id"], "companion", "", "streaming")
    async with parts.write_turn:
        await insert_message(user_message)
        await insert_message(reply)
        await parts.write.execute(
            "UPDATE conversations SET updated_at = ? WHERE id = ?", (reply["created_at"], conversation_id)
        )
        await parts.write.commit()
    return StreamingResponse(
        stream_reply(user_id, conversation_id, user_message, reply), media_type="text/event-stream"
    )


async def stream_reply(user_id: str, conversation_id: str, user_message: dict, reply: dict):
    yield event(0, "started", {"user_message": user_message, "reply": reply, "help": None})
    text = ""
    for delta in DELTAS:
        text += delta
        yield event(len(text.encode()), "delta", {"text": delta})
    reply = {**reply, "text": text, "status": "complete", "updated_at": now_ms()}
    async with parts.write_turn:
        await parts.write.execute(
            "UPDATE messages SET text = :text, status = :status, updated_at = :updated_at WHERE id = :id",
            reply,
        )
        await parts.write.commit()
    await parts.cache.delete(f"chat:history:{user_id}:{conversation_id}:50")
    yield event(len(text.encode()), "done", {"message": reply})
