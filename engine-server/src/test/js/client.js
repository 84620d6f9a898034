// The official JavaScript client against a server: OLLAMA_HOST says where, the first argument names the model.
// A second argument `real` says that a model answers, so that what it says can be looked at.
import assert from 'node:assert/strict'
import { Ollama } from 'ollama'

const model = process.argv[2]
const real = process.argv[3] === 'real'
const ollama = new Ollama({ host: process.env.OLLAMA_HOST })
const options = { temperature: 0, num_predict: 16 }
const messages = [
  { role: 'system', content: '' },
  { role: 'user', content: 'Name a colour. \u{1F319}' },
]

async function all(stream) {
  const pieces = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

const names = (await ollama.list()).models.map((entry) => entry.name)
assert.ok(names.includes(model), names.join())
console.log('list:', names)

const shown = await ollama.show({ model })
assert.equal(shown.details.format, 'gguf')
assert.ok(shown.model_info && shown.template)
console.log('show:', shown.details.family, shown.details.quantization_level)

const whole = await ollama.generate({ model, prompt: 'The sky is', options })
assert.ok(whole.response && whole.done && whole.context.length && whole.eval_count > 0 && whole.total_duration > 0)
console.log('generate:', JSON.stringify(whole.response))

let pieces = await all(await ollama.generate({ model, prompt: 'The sky is', options, stream: true }))
assert.equal(pieces.map((piece) => piece.response).join(''), whole.response)
assert.ok(pieces.at(-1).done && pieces.slice(0, -1).every((piece) => !piece.done))
console.log('generate, streaming:', pieces.length, 'pieces, the same text')

const answer = await ollama.chat({ model, messages, options })
assert.equal(answer.message.role, 'assistant')
assert.ok(answer.message.content && answer.eval_duration > 0)
console.log('chat:', JSON.stringify(answer.message.content))

pieces = await all(await ollama.chat({ model, messages, options, stream: true }))
assert.equal(pieces.map((piece) => piece.message.content).join(''), answer.message.content)
console.log('chat, streaming:', pieces.length, 'pieces, the same text')

const texts = ['why is the sky blue?', 'why is the grass green?']
const vectors = await ollama.embed({ model, input: texts })
assert.equal(vectors.embeddings.length, 2)
assert.ok(vectors.prompt_eval_count > 0 && vectors.total_duration > 0 && vectors.load_duration > 0)
const older = await ollama.embeddings({ model, prompt: texts[1] })
assert.ok(older.embedding.every((number, i) => Math.abs(number - vectors.embeddings[1][i]) < 1e-5))
console.log('embed:', vectors.embeddings.length, 'vectors of', vectors.embeddings[0].length)

const format = { type: 'object', properties: { action: { enum: ['BUY', 'SELL'] } }, required: ['action'] }
const shaped = await ollama.chat({ model, messages, format, think: false, options: { temperature: 0 } })
assert.ok(!real || ['BUY', 'SELL'].includes(JSON.parse(shaped.message.content).action), shaped.message.content)
console.log('chat, by a schema:', JSON.stringify(shaped.message.content))

const left = await ollama.generate({ model, prompt: 'The sky is', options, stream: true })
left.abort()
await assert.rejects(all(left), { name: 'AbortError' })
console.log('generate, aborted: the client is free at once')

assert.equal((await ollama.generate({ model, prompt: '', keep_alive: '5m' })).done_reason, 'load')
const running = (await ollama.ps()).models
assert.ok(!real || (running.length === 1 && running[0].context_length > 0 && running[0].expires_at))
console.log('ps:', running.map((entry) => entry.name))
assert.equal((await ollama.generate({ model, prompt: '', keep_alive: 0 })).done_reason, 'unload')
assert.deepEqual((await ollama.ps()).models, [])
console.log('unloaded')

if (real) {
  const names = async () => (await ollama.list()).models.map((entry) => entry.name)
  await ollama.copy({ source: model, destination: 'agents/copy' })
  assert.ok((await names()).includes('agents/copy:latest'))
  await ollama.delete({ model: 'agents/copy' })
  assert.ok(!(await names()).includes('agents/copy:latest'))
  console.log('copied and deleted')

  const steps = []
  for await (const step of await ollama.create({ model: 'agents/brief', from: model, system: 'Be brief.', stream: true }))
    steps.push(step.status)
  assert.deepEqual(steps.slice(-2), ['writing manifest', 'success'])
  assert.match((await ollama.show({ model: 'agents/brief' })).modelfile, /SYSTEM Be brief\./)
  assert.equal((await ollama.create({ model: 'agents/brief', from: 'agents/brief', license: 'MIT' })).status, 'success')
  assert.match((await ollama.show({ model: 'agents/brief' })).license, /MIT/)
  await ollama.delete({ model: 'agents/brief' })
  console.log('made of another:', steps)
}

await assert.rejects(ollama.chat({ model: 'no-such-model:9b', messages }), (error) => {
  assert.equal(error.status_code, 404)
  assert.equal(error.error, "model 'no-such-model:9b' not found")
  return true
})
await assert.rejects(ollama.embed({ model: 'no-such-model:9b', input: 'x' }), (error) => {
  assert.equal(error.status_code, 404)
  assert.equal(error.error, 'model "no-such-model:9b" not found, try pulling it first')
  return true
})
console.log("unknown model: 404")
