// Runs the scenarios: all of them, or those whose names begin with one of the arguments. A line tells
// of each.
'use strict';

const assert = require('node:assert/strict');

const { totals } = require('./kit/look.js');

// The longest ones first.
const SUBJECTS = [
  'pages', 'life', 'sign_in', 'chain', 'refund', 'settings', 'keyboard', 'upload', 'faults',
];
// Two at once: each has a service and a browser of its own.
const AT_ONCE = 2;

async function main() {
  const asked = process.argv.slice(2);
  const waiting = SUBJECTS.flatMap((subject) => require(`./${subject}.js`)
    .map(([name, scenario]) => ({ name: `${subject}: ${name}`, scenario })))
    .filter(({ name }) => asked.length === 0 || asked.some((begin) => name.startsWith(begin)));
  const count = waiting.length;
  assert.ok(count > 0, 'no scenario is called so');
  let failed = 0;
  async function work() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const begun = Date.now();
      let error;
      try {
        await next.scenario();
      } catch (caught) {
        error = caught;
        failed += 1;
      }
      const seconds = ((Date.now() - begun) / 1000).toFixed(1).padStart(6);
      console.log(`${error ? 'FAILED' : 'ok    '} ${seconds} s  ${next.name}`);
      if (error) console.error(error);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const { pages, violations, errors, heaviest, pictures } = totals;
  console.log(`${count} scenarios, ${failed} failed; ${pages} pages, axe violations ${violations}, `
    + `html errors ${errors}, heaviest page ${(heaviest.bytes / 1024).toFixed(1)} KiB (${heaviest.name}), `
    + `${pictures} screenshots`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main();
