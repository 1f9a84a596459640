// The same load as load.py makes, for the clients of Node.
//
//     node load.js CLIENT SEED CSR...
'use strict';

const fs = require('node:fs');
const { Refused } = require('./scenario.js');

const [client, seed, ...files] = process.argv.slice(2);
const { call } = require(`./${client}.js`);

const WORKERS = 3;
const PRODUCT = 'geotrust-dv-1-starter';
const csrs = files.map((file) => fs.readFileSync(file, 'utf8'));
const found = { orders: {}, lost_creates: 0, lost: 0, acknowledged: 0, wrong: [] };
let over = false;

// See load_states.py.
const ASKED = {
  payed: 'CancelOrderRequest', gone: 'DeleteCertificateRequest',
  unknow: 'CancelCertificateForPackageRequest',
};
const NEXT = {
  domain_verify: ['process', 'payed'], process: ['certificate', 'payed'],
  certificate: ['unknow'], payed: ['gone'], unknow: [], gone: [],
};

// Numbers from 0 to 1 by a seed (xorshift32).
function drawn(from) {
  let state = (from * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

function reachable(from, asked) {
  const states = new Set();
  const left = [from];
  while (left.length > 0) {
    const state = left.pop();
    if (states.has(state)) continue;
    states.add(state);
    left.push(...NEXT[state].filter((next) => !(next in ASKED) || asked.includes(ASKED[next])));
  }
  return states;
}

async function ask(operation, parameters) {
  let answer;
  try {
    answer = await call(operation, parameters);
  } catch (error) {
    if (!(error instanceof Refused)) {
      found.lost += 1;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      return null;
    }
    if (error.status >= 500) found.wrong.push(`${operation}: ${error.message}`);
    answer = error;
  }
  found.acknowledged += 1;
  console.log(operation);
  return answer;
}

function wrong(order, own, why) {
  found.wrong.push(`${order}: ${why}; last ${own.state}, asked ${own.asked}`);
}

function see(order, own, answer) {
  let state = answer.Type;
  if (answer instanceof Refused) {
    state = answer.message === '404 NotFoundOrder' ? 'gone' : answer.message;
  }
  if (!reachable(own.state, own.asked).has(state)) {
    wrong(order, own, `it is ${state}`);
    return;
  }
  own.state = state;
  if (state === 'certificate') {
    if (own.certificate !== null && own.certificate !== answer.Certificate) {
      wrong(order, own, 'its certificate is another one');
    }
    own.certificate = answer.Certificate;
  }
}

async function apply(ownOrders, draw) {
  const csr = Math.floor(draw() * csrs.length);
  const answer = await ask('CreateCertificateWithCsrRequest', {
    ProductCode: PRODUCT, Csr: csrs[csr], ValidateType: 'DNS', Username: 'Tom',
    Phone: '13900000000', Email: 'username@example.com',
  });
  if (answer === null) {
    found.lost_creates += 1;
  } else if (answer instanceof Refused) {
    found.wrong.push(`an application was refused: ${answer.message}`);
  } else {
    const order = String(answer.OrderId);
    if (order in found.orders) found.wrong.push(`${order}: it was given out twice`);
    found.orders[order] = {
      state: 'domain_verify', asked: [], certificate: null, csr, sure: true,
    };
    ownOrders.push(order);
  }
}

const COMMANDS = {
  domain_verify: ['CancelOrderRequest', 0.25],
  process: [null, 0],
  payed: ['DeleteCertificateRequest', 0.6],
  certificate: ['CancelCertificateForPackageRequest', 0.15],
  unknow: [null, 0],
};

async function step(ownOrders, draw) {
  const open = ownOrders.filter((order) => found.orders[order].state !== 'gone');
  if (open.length === 0 || draw() < 0.2) {
    await apply(ownOrders, draw);
    return;
  }
  const last = open.slice(-8);
  const order = last[Math.floor(draw() * last.length)];
  const own = found.orders[order];
  const [command, chance] = COMMANDS[own.state];
  if (draw() >= chance) {
    const answer = await ask('DescribeCertificateState', { OrderId: order });
    own.sure = answer !== null;
    if (answer !== null) see(order, own, answer);
    return;
  }
  if (!own.asked.includes(command)) own.asked.push(command);
  const answer = await ask(command, { OrderId: order });
  if (answer === null) {
    own.sure = false;
  } else if (answer instanceof Refused) {
    // It was done before, or the order was led on by what had no answer.
    if (own.sure) wrong(order, own, `${command}: ${answer.message}`);
  } else {
    own.state = Object.keys(ASKED).find((state) => ASKED[state] === command);
  }
}

async function work(number) {
  const draw = drawn(Number(seed) * 16 + number + (client === 'node_pop' ? 8 : 0));
  const ownOrders = [];
  while (!over) await step(ownOrders, draw);
}

process.stdin.resume();
process.stdin.on('end', () => { over = true; });
Promise.all(Array.from({ length: WORKERS }, (_, number) => work(number))).then(() => {
  process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
}, (error) => {
  console.error(error);
  process.exit(1);
});
