// Draws each chart from its own table, so that what one sees and what one can copy are the same numbers.
'use strict';
(() => {
  const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];
  const drawn = new Map();

  function quantity(value, unit) {
    if (value === null || value === undefined) return '–';
    let scaled = value, prefix = 0;
    while (Math.abs(scaled) >= 999.5 && prefix < PREFIXES.length - 1) { scaled /= 1000; prefix++; }
    const whole = prefix === 0 && Number.isInteger(scaled);
    const size = Math.abs(scaled);
    const digits = whole || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    return scaled.toFixed(digits) + '\u00a0' + PREFIXES[prefix] + unit;
  }

  // The least of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below the value, so that its half is round too;
  // as the charts that are drawn on the server have it.
  function niceMax(max) {
    if (!(max > 0)) return 1;
    const power = 10 ** Math.floor(Math.log10(max));
    return ([1, 1.5, 2, 3, 4, 5, 6, 8].find(factor => max <= factor * power) ?? 10) * power;
  }

  const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function read(figure) {
    const heads = [...figure.querySelectorAll('thead th[data-panel]')];
    const rows = [...figure.querySelectorAll('tbody tr')];
    const times = rows.map(r => Number(r.dataset.t));
    const provisional = rows.map(r => r.dataset.provisional === 'true');
    const columns = heads.map((head, i) => ({
      panel: Number(head.dataset.panel), color: head.dataset.color, name: head.textContent,
      values: rows.map(r => { const v = r.querySelectorAll('td')[i].dataset.v; return v === undefined || v === '' ? null : Number(v); }),
    }));
    return { times, provisional, columns };
  }

  // A point between gaps has no line; it is drawn as a dot.
  function dots(column, color) {
    const alone = column.values.flatMap((v, i) =>
      v !== null && (column.values[i - 1] ?? null) === null && (column.values[i + 1] ?? null) === null ? [i] : []);
    return { show: true, size: 5, fill: color, stroke: color, filter: () => alone };
  }

  function options(figure, panel, columns, bars) {
    const unit = panel.dataset.unit;
    const zone = figure.dataset.zone;
    const soft = token('--soft'), line = token('--line');
    const font = '11px ' + token('--font');
    const paint = column => token('--s' + column.color);
    const series = [{}];
    for (const column of bars ? [...columns].reverse() : columns) {
      if (bars) {
        series.push({ fill: paint(column), stroke: paint(column), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 40] }) });
      } else {
        series.push({ stroke: paint(column), width: 1.5, points: dots(column, paint(column)), spanGaps: false });
        series.push({ stroke: paint(column), width: 1.5, dash: [4, 4], points: dots(column, paint(column)), spanGaps: false });
      }
    }
    return {
      width: panel.clientWidth, height: 172, legend: { show: false }, padding: [8, 8, 0, 0],
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), zone),
      cursor: { sync: { key: 'page' }, y: false, points: { size: 7 }, drag: { x: false, y: false } },
      scales: { y: { range: (u, min, max) => [0, unit === '%' ? 100 : niceMax(max)] } },
      axes: [
        { stroke: soft, font, grid: { show: false }, ticks: { stroke: line, size: 4 }, size: 38,
          values: [[86400, '{D} {MMM}', null, null, null, null, null, null, 1], [3600, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1], [60, '{HH}:{mm}', null, null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]] },
        { stroke: soft, font, grid: { stroke: line, width: 1 }, ticks: { show: false }, size: 76,
          splits: (u, axis, min, max) => [0, max / 2, max],
          values: (u, ticks) => ticks.map(v => quantity(v, unit)) },
      ],
      series,
      hooks: { setCursor: [u => legend(panel, columns, unit, u.cursor.idx)] },
    };
  }

  function legend(panel, columns, unit, index) {
    const outputs = panel.querySelectorAll('.legend output');
    columns.forEach((column, i) => {
      let value = null;
      if (index === null || index === undefined) value = column.values.findLast(v => v !== null);
      else value = column.values[index];
      if (outputs[i]) outputs[i].textContent = quantity(value, unit);
    });
  }

  // What is provisional is a second, dashed line that begins at the last settled point.
  function lines(column, provisional) {
    const settled = column.values.map((v, i) => provisional[i] ? null : v);
    const rest = column.values.map((v, i) => provisional[i] || provisional[i + 1] ? v : null);
    return [settled, rest];
  }

  // Stacked: the whole stack is drawn first, then one layer less over it, down to the lowest.
  function stack(columns) {
    const sums = [];
    let below = columns[0].values.map(() => 0);
    for (const column of columns) {
      below = column.values.map((v, i) => v === null ? null : v + (below[i] ?? 0));
      sums.push(below);
    }
    return sums.reverse();
  }

  function draw(figure) {
    (drawn.get(figure) || []).forEach(u => u.destroy());
    const { times, provisional, columns } = read(figure);
    const bars = figure.dataset.bars === 'true';
    const plots = [];
    figure.querySelectorAll('.panel').forEach((panel, at) => {
      const own = columns.filter(c => c.panel === at);
      const data = [times, ...(bars ? stack(own) : own.flatMap(c => lines(c, provisional)))];
      const plot = panel.querySelector('.plot');
      plot.classList.add('drawn');
      plot.replaceChildren();
      plots.push(new uPlot(options(figure, panel, own, bars), data, plot));
    });
    drawn.set(figure, plots);
  }

  function drawAll() {
    if (!window.uPlot) return;
    for (const figure of drawn.keys()) if (!figure.isConnected) { drawn.get(figure).forEach(u => u.destroy()); drawn.delete(figure); }
    document.querySelectorAll('[data-chart]').forEach(draw);
  }

  document.addEventListener('DOMContentLoaded', drawAll);
  document.addEventListener('htmx:afterSettle', drawAll);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  let width = innerWidth, timer;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(drawAll, 120);
  });
})();
