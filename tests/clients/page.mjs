// Runs the script of pages as a browser would, with a page of no more than it asks for: `node page.mjs URL KEY`.
import assert from "node:assert";

const [, , url, key] = process.argv;
const text = await (await fetch(`${url}/nurture.js`)).text();
const sent = [];

class Element {
  constructor() {
    this.children = [];
    this.style = {};
  }
  append(...all) {
    this.children.push(...all);
  }
  remove() {
    this.gone = true;
  }
  setAttribute() {}
}

// A storage keeps texts, and what nobody put there is undefined.
const storage = () => new Proxy({}, { set: (all, name, value) => ((all[name] = String(value)), true) });

async function open(localStorage) {
  const body = new Element();
  const document = {
    title: "Home", body, createElement: () => new Element(),
    currentScript: { src: `${url}/nurture.js`, dataset: { key } },
  };
  const asks = (where, what) => {
    const answer = fetch(where, what);
    sent.push(answer);
    return answer;
  };
  const window = {};
  const location = { pathname: "/tea", origin: "https://shop.example" };
  const names = ["document", "window", "localStorage", "navigator", "location", "fetch"];
  new Function(...names, text)(document, window, localStorage, { language: "zh-CN" }, location, asks);
  return { bar: body.children[0], window };
}

const refusing = storage();
const no = await open(refusing);
assert.match(no.bar.children[0], /可以记录/);
assert.equal(sent.length, 0, "nothing is told before somebody agrees");
no.bar.children[2].onclick();
no.window.nurture.track("order.paid", { amount: 1 });
assert.equal((await open(refusing)).bar, undefined, "nobody is asked twice");
assert.equal(sent.length, 0, "nothing is told of who does not agree");

const agreeing = storage();
const yes = await open(agreeing);
yes.bar.children[1].onclick();
assert.equal(yes.bar.gone, true);
await open(agreeing);
const answers = await Promise.all(sent.map(async (answer) => (await answer).json()));
assert.deepEqual(answers.map((answer) => answer.accepted), [1, 1]);
