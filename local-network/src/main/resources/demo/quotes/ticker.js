// Brings the prices up to date once a second; without it the page shows those of its loading.
const rows = new Map([...document.querySelectorAll('tr[data-symbol]')].map(row => [row.dataset.symbol, row]));
async function tick() {
  try {
    const answer = await fetch('/quotes.json', { cache: 'no-store' });
    for (const [symbol, quote] of Object.entries(await answer.json())) {
      const row = rows.get(symbol);
      if (!row) continue;
      row.querySelector('.price').textContent = quote.price.toFixed(2);
      const change = row.querySelector('.change');
      change.textContent = (quote.change < 0 ? '' : '+') + quote.change.toFixed(2) + ' %';
      change.classList.toggle('up', quote.change >= 0);
      change.classList.toggle('down', quote.change < 0);
    }
  } catch (away) { /* the next second tries again */ }
}
if (rows.size) setInterval(tick, 1000);
