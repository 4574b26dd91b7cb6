// What scripts add to pages that work without them.
'use strict';
(() => {
  const root = document.documentElement;
  root.classList.add('scripts');

  // The server writes times in the viewer's zone from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = 'zone=' + zone + '; path=/; max-age=31536000; samesite=lax';

  document.addEventListener('change', event => {
    const form = event.target.closest('[data-submit-on-change]');
    if (form) form.requestSubmit();
  });

  // Something visible at once, and no order sent twice.
  document.addEventListener('submit', event => {
    const button = event.submitter;
    if (!button || event.target.method !== 'post') return;
    if (button.getAttribute('aria-busy') === 'true') { event.preventDefault(); return; }
    button.setAttribute('aria-busy', 'true');
    setTimeout(() => button.removeAttribute('aria-busy'), 10000);
  });
  addEventListener('pageshow', () => document.querySelectorAll('[aria-busy]').forEach(b => b.removeAttribute('aria-busy')));

  document.addEventListener('click', event => {
    const copy = event.target.closest('[data-copy]');
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = 'Copied'; });
    }
    const head = event.target.closest('.sortable thead th');
    if (head) sort(head);
  });

  const key = cell => {
    const raw = cell.dataset.v ?? cell.textContent.trim();
    const number = Number(raw.replaceAll(',', '').replace(/[\s\u00a0].*$/, '').replace('–', '-1'));
    return raw !== '' && !Number.isNaN(number) ? number : raw.toLowerCase();
  };

  function sort(head) {
    const table = head.closest('table');
    const body = table.tBodies[0];
    const column = head.cellIndex;
    const numeric = head.classList.contains('n');
    const now = head.getAttribute('aria-sort');
    const direction = now === 'descending' || (now === null && !numeric) ? 'ascending' : 'descending';
    table.querySelectorAll('thead th').forEach(h => h.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', direction);
    const sign = direction === 'ascending' ? 1 : -1;
    [...body.rows].sort((a, b) => {
      const x = key(a.cells[column]), y = key(b.cells[column]);
      return sign * (typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === 'number' ? 1 : -1);
    }).forEach(row => body.append(row));
  }

  function sortable() {
    document.querySelectorAll('.sortable thead th').forEach(head => {
      if (head.querySelector('button')) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
    });
  }

  document.addEventListener('input', event => {
    const search = event.target.closest('[data-search]');
    if (!search) return;
    const words = search.value.toLowerCase().split(/\s+/);
    document.querySelectorAll(search.dataset.search + ' tbody tr:not(.group)').forEach(row => {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
    });
  });

  let went = 0;
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
    if (event.key === '/') {
      const field = document.querySelector('[data-search]') || document.querySelector('.pickers select');
      if (field) { event.preventDefault(); field.focus(); }
    } else if (event.key === '?') {
      document.getElementById('keys')?.showModal();
    } else if (event.key === 'g') {
      went = event.timeStamp;
    } else if (event.timeStamp - went < 1200) {
      went = 0;
      document.querySelector('.side [data-key="' + CSS.escape(event.key) + '"]')?.click();
    }
  });

  // The overview follows what happens, unless someone is reading it closely.
  function refresh() {
    const content = document.querySelector('[data-refresh]');
    if (!content) return;
    setInterval(() => {
      const busy = document.hidden || document.querySelector('details[open], dialog[open]')
        || document.querySelector('.plot:hover') || String(getSelection()) !== '';
      if (!busy && window.htmx) htmx.ajax('GET', location.href, { target: '#content', select: '#content', swap: 'outerHTML' });
    }, Number(content.dataset.refresh) * 1000);
  }

  document.addEventListener('DOMContentLoaded', () => { sortable(); refresh(); });
  document.addEventListener('htmx:afterSettle', sortable);
})();
