"""The official Python client against a server: OLLAMA_HOST says where, the first argument names the model.

A second argument `real` says that a model answers, so that what it says can be looked at.
"""

import asyncio
import json
import sys

import ollama

model = sys.argv[1]
real = "real" in sys.argv[2:]
greedy = {"temperature": 0, "num_predict": 16}
question = [{"role": "system", "content": ""}, {"role": "user", "content": "Name a colour. \U0001F319"}]

names = [entry.model for entry in ollama.list().models]
assert model in names, names
print("list:", names)

shown = ollama.show(model)
assert shown.details.format == "gguf" and shown.modelinfo and shown.template, shown
print("show:", shown.details)

whole = ollama.generate(model=model, prompt="The sky is", options=greedy)
assert whole.response and whole.done and whole.done_reason in ("stop", "length"), whole
assert whole.total_duration > 0 and whole.eval_count > 0 and whole.prompt_eval_count > 0 and whole.context, whole
print("generate:", repr(whole.response))

pieces = list(ollama.generate(model=model, prompt="The sky is", options=greedy, stream=True))
assert "".join(piece.response for piece in pieces) == whole.response, pieces
assert [piece.done for piece in pieces] == [False] * (len(pieces) - 1) + [True], pieces
print("generate, streaming:", len(pieces), "pieces, the same text")

answer = ollama.chat(model=model, messages=question, options=greedy)
assert answer.message.role == "assistant" and answer.message.content and answer.eval_duration > 0, answer
print("chat:", repr(answer.message.content))

pieces = list(ollama.chat(model=model, messages=question, options=greedy, stream=True))
assert "".join(piece.message.content for piece in pieces) == answer.message.content, pieces
print("chat, streaming:", len(pieces), "pieces, the same text")


async def together():
    client = ollama.AsyncClient()
    return await asyncio.gather(*(client.chat(model=model, messages=question, options=greedy) for _ in range(3)))


assert all(one.message.content for one in asyncio.run(together()))
print("chat, three at once: answered")

texts = ["why is the sky blue?", "why is the grass green?"]
vectors = ollama.embed(model=model, input=texts)
assert len(vectors.embeddings) == 2 and vectors.prompt_eval_count > 0 and vectors.total_duration > 0, vectors
alone = ollama.embed(model=model, input=texts[1], truncate=True, options={"num_ctx": 64}, keep_alive="5m")
assert all(abs(a - b) < 1e-5 for a, b in zip(alone.embeddings[0], vectors.embeddings[1])), alone
older = ollama.embeddings(model=model, prompt=texts[0])
assert all(abs(a - b) < 1e-5 for a, b in zip(older.embedding, vectors.embeddings[0])), older
assert list(ollama.embed(model=model, input=[]).embeddings) == []
print("embed:", len(vectors.embeddings), "vectors of", len(vectors.embeddings[0]))

schema = {"type": "object", "properties": {"action": {"enum": ["BUY", "SELL"]}}, "required": ["action"]}
shaped = ollama.chat(model=model, messages=question, format=schema, think=False, options={"temperature": 0})
assert shaped.message.content and shaped.done_reason in ("stop", "length"), shaped
assert not real or json.loads(shaped.message.content)["action"] in ("BUY", "SELL"), shaped
print("chat, by a schema:", repr(shaped.message.content))

ended = ollama.generate(model=model, prompt="1, 2, 3, 4,", raw=True, options={**greedy, "stop": [","], "seed": 2**40})
assert ended.context is None, ended
assert not real or ("," not in ended.response and ended.done_reason == "stop"), ended
print("generate, raw, with a stop text:", repr(ended.response))

told = ollama.generate(model=model, prompt="The sky is", logprobs=True, top_logprobs=2, options=greedy)
assert not real or (len(told.logprobs) == told.eval_count and len(told.logprobs[0].top_logprobs) == 2), told
print("generate, with log-probabilities:", told.logprobs and told.logprobs[0].token)

loaded = ollama.generate(model=model, prompt="", keep_alive="5m")
assert loaded.done_reason == "load", loaded
running = ollama.ps().models
assert not real or [entry.model for entry in running] == [model] and running[0].context_length > 0, running
print("ps:", [entry.model for entry in running])
unloaded = ollama.generate(model=model, keep_alive=0)
assert unloaded.done_reason == "unload" and not ollama.ps().models, unloaded
print("unloaded")

if real:
    ollama.copy(model, "agents/copy")
    assert "agents/copy:latest" in [entry.model for entry in ollama.list().models]
    ollama.delete("agents/copy")
    assert "agents/copy:latest" not in [entry.model for entry in ollama.list().models]
    print("copied and deleted")

    made = "agents/brief"
    steps = [step.status for step in ollama.create(made, from_=model, system="Be brief.", stream=True)]
    assert steps[-2:] == ["writing manifest", "success"], steps
    assert "SYSTEM Be brief." in ollama.show(made).modelfile
    assert ollama.create(made, from_=made, parameters={"temperature": 0}).status == "success"
    shown = ollama.show(made)
    assert "temperature" in shown.parameters and "SYSTEM Be brief." in shown.modelfile, shown
    ollama.delete(made)
    print("made of another:", steps)

try:
    ollama.chat(model="no-such-model:9b", messages=question)
    raise AssertionError("a model that does not exist answered")
except ollama.ResponseError as error:
    assert error.status_code == 404 and error.error == "model 'no-such-model:9b' not found", error
    print("unknown model:", error.error)

try:
    ollama.generate(model=model, prompt="Hi", options={"temperature": "hot"})
    raise AssertionError("a temperature of another type was taken")
except ollama.ResponseError as error:
    assert error.status_code == 400 and error.error == 'option "temperature" must be of type float32', error
    print("wrong option:", error.error)
