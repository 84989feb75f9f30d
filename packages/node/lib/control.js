'use strict';
// Calls of the control API. It uses node:http, because test runners replace `fetch` and timers.
const http = require('node:http');
const https = require('node:https');

/** The server has refused a call: `status` and `code` say how, `problem` is the whole answer. Or it is not there: `code` is unreachable. */
class PlaymoneyError extends Error {
  constructor(message, problem = {}) {
    super(message);
    this.name = 'PlaymoneyError';
    this.status = problem.status;
    this.code = problem.code;
    Object.defineProperty(this, 'problem', { value: problem, enumerable: false });
  }
}

class Control {
  #url;
  #token;
  #module;
  #agent;

  /** `ca` is the certificate of the server's authority, when it speaks TLS. */
  constructor(url, { token, ca } = {}) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#module = this.#url.startsWith('https:') ? https : http;
    this.#agent = new this.#module.Agent({ keepAlive: true, ca });
  }

  get url() {
    return this.#url;
  }

  /** The JSON of the answer. `path` stands behind `/__admin/`. */
  async ask(method, path, body) {
    const { status, bytes } = await this.send(method, path, body);
    const told = read(bytes.toString());
    if (status < 400) return told;
    throw new PlaymoneyError(told.rendered ?? told.detail ?? `${method} ${path} was answered with ${status}`, { status, ...told });
  }

  /** The status and the bytes of the answer. */
  async send(method, path, body) {
    try {
      const response = await this.#open(method, path, body);
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      return { status: response.statusCode, bytes: Buffer.concat(chunks) };
    } catch (error) {
      // Made here, so that its stack names the line of the test.
      throw this.#unreachable(error);
    }
  }

  /** The text of a stream, piece by piece. It ends when the reader stops. One in the background does not keep the process from ending. */
  async *stream(path, { isBackground = false } = {}) {
    try {
      const response = await this.#open('GET', path);
      if (response.statusCode >= 400) throw await refusal(response);
      if (isBackground) response.socket.unref();
      response.setEncoding('utf8');
      yield* response;
    } catch (error) {
      throw error instanceof PlaymoneyError ? error : this.#unreachable(error);
    }
  }

  #unreachable(error) {
    return new PlaymoneyError(`${this.url} cannot be reached: ${error.message || error.code}`, { code: 'unreachable' });
  }

  close() {
    this.#agent.destroy();
  }

  #open(method, path, body) {
    const headers = { accept: 'application/json, text/event-stream' };
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(text);
    }
    const { url } = this;
    return new Promise((resolve, reject) => {
      const request = this.#module.request(`${url}/__admin/${path}`, { method, headers, agent: this.#agent }, resolve);
      request.on('error', reject);
      request.end(text);
    });
  }
}

/** What a stream that was refused is answered with. */
async function refusal(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  const told = read(Buffer.concat(chunks).toString());
  return new PlaymoneyError(told.detail ?? `a stream was answered with ${response.statusCode}`, { status: response.statusCode, ...told });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text || undefined };
  }
}

/** `?a=1&b=2` of the filters that have a value; a Date is written as RFC 3339. */
function query(filters = {}) {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]));
  return given.length ? `?${text}` : '';
}

module.exports = { Control, PlaymoneyError, query };
