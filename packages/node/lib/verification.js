'use strict';
// What a test sees when the application has not made the calls that were expected.

/**
 * The application has not made the expected calls. The message has the nearest ones and the timeline. It is not an AssertionError
 * of Node: Jest would write "expected undefined" above the message.
 */
class VerificationError extends Error {
  constructor(what, problem, timeline) {
    super(explain(what, problem, timeline));
    this.name = 'VerificationError';
    for (const [name, value] of Object.entries({ problem, nearest: problem.nearest ?? [], timeline })) {
      Object.defineProperty(this, name, { value, enumerable: false });
    }
  }
}

function explain(what, problem, timeline) {
  const nearest = (problem.nearest ?? []).map(describe);
  return [
    `${what}: ${problem.detail}`,
    ...(problem.timed_out ? ['The wait has ended without it.'] : []),
    ...(nearest.length ? ['', 'The nearest:', ...nearest] : []),
    '',
    timeline,
  ].join('\n');
}

function describe({ request, delivery, criteria }) {
  const answer = request?.response?.status ?? 'nothing';
  const head = request
    ? `  ${request.id} at ${request.at}, ${request.operation}, answered with ${answer}`
    : `  ${delivery?.id} at ${delivery?.created_at}, ${delivery?.event}, ${delivery?.status}`;
  const wrong = criteria.filter((it) => !it.met).map((it) => `    ${it.criterion}: expected ${it.expected}, but it is ${it.actual}`);
  const met = criteria.filter((it) => it.met).map((it) => it.criterion);
  return [head, ...wrong, ...(met.length ? [`    as expected: ${met.join(', ')}`] : [])].join('\n');
}

module.exports = { VerificationError };
