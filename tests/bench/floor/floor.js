// The floor: the same checklist by hand in the DOM, with nothing in between. Twelve items first,
// the rest in the background twenty at a time; one listener for all.
const FIRST = 12;
const CHUNK = 20;
const VERDICTS = [['pass', '合格'], ['fail', '不合格'], ['na', '不适用']];
const REASONS = ['没有按要求做', '做了但不完整', '现场没有记录'];
const RANGE = { min: 10, max: 100 };

const list = document.getElementById('list');
const total = Number(location.pathname.split('/').at(-1)) || 50;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function verdictButton([verdict, word]) {
  return element('button', { type: 'button', 'data-testid': `verdict-${verdict}`, 'aria-pressed': 'false' }, word);
}

function item(number) {
  const isNumber = number % 10 === 9;
  const code = `H${1 + (number % 9)}.${1 + (number % 4)}`;
  const attributes = { class: 'check-item', 'data-testid': 'check-item', 'data-item-id': `f-${number}`, 'data-verdict': '' };
  const head = [isNumber ? '量' : '看', code, `点位 ${number + 1}`].map((text) => element('span', {}, text));
  const made = element('article', attributes, element('div', { class: 'head' }, ...head),
    element('h2', {}, `第 ${number + 1} 项:现场与标准一致,标识清楚,没有缺失`));
  if (isNumber) {
    const field = { id: `n-${number}`, type: 'text', inputmode: 'decimal', 'data-testid': 'measure-input' };
    const gauge = { class: 'gauge', 'data-testid': 'measure-gauge', 'data-state': 'empty' };
    made.append(element('label', { for: `n-${number}` }, '测得(cm)'), element('input', field),
      element('p', gauge, `${RANGE.min} 到 ${RANGE.max}`));
  }
  made.append(element('div', { class: 'row', role: 'group', 'aria-label': '结论' }, ...VERDICTS.map(verdictButton)));
  return made;
}

function setVerdict(article, verdict) {
  article.dataset.verdict = verdict;
  for (const [name] of VERDICTS) {
    const button = article.querySelector(`[data-testid="verdict-${name}"]`);
    button.setAttribute('aria-pressed', String(name === verdict));
  }
  const open = article.querySelector('.reasons');
  if (verdict !== 'fail') open?.remove();
  else if (!open) article.append(reasons());
}

function reasons() {
  const buttons = REASONS.map((text) => {
    const attributes = { type: 'button', 'data-testid': 'fail-reason', 'data-reason': text, 'aria-pressed': 'false' };
    return element('button', attributes, text);
  });
  const note = element('textarea', { 'data-testid': 'note', rows: '2', 'aria-label': '备注' });
  return element('div', { class: 'reasons' }, ...buttons, note);
}

list.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const name = button.dataset.testid;
  if (name === 'fail-reason') {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
  } else setVerdict(button.closest('article'), name.replace('verdict-', ''));
});

list.addEventListener('input', (event) => {
  if (event.target.dataset.testid !== 'measure-input') return;
  const article = event.target.closest('article');
  const value = Number(event.target.value);
  const isWithin = value >= RANGE.min && value <= RANGE.max;
  article.querySelector('.gauge').dataset.state = isWithin ? 'within' : 'outside';
  setVerdict(article, isWithin ? 'pass' : 'fail');
});

function build(from, to) {
  const part = document.createDocumentFragment();
  for (let number = from; number < to; number += 1) part.append(item(number));
  list.append(part);
}

function more(from) {
  if (from >= total) return;
  const to = Math.min(total, from + CHUNK);
  build(from, to);
  setTimeout(more, 0, to);
}

build(0, Math.min(FIRST, total));
requestAnimationFrame(() => setTimeout(more, 0, FIRST));
addEventListener('load', () => navigator.serviceWorker?.register('/sw.js'));
