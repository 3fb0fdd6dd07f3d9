'use strict';
/* Draws the content of the page: sections of blocks, each of a kind. All text goes in as text, never as markup. */
(() => {
  const content = JSON.parse(document.getElementById('content').textContent);
  const charts = [];

  /* Elements */

  function el(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== ''));
    return element;
  }

  function card(kind, ...children) {
    return el('div', { class: 'card ' + kind }, ...children);
  }

  /** A box that scrolls by itself; by keyboard, too. */
  function scroll(label, child) {
    return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, child);
  }

  const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + '…' : text);

  /* Numbers on axes and in tooltips */

  const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
  const scientific = new Intl.NumberFormat('en', { notation: 'scientific', maximumSignificantDigits: 3 });
  const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

  function figure(value, style) {
    if (style === 'PERCENT') {
      return percent.format(value);
    }
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-3 || size >= 1e9) ? scientific.format(value).replace('E', 'e') : plain.format(value);
  }

  /* Tables */

  function table(block) {
    const head = el('tr', {}, ...block.columns.map((column) => th(column.title, 'col', column.align)));
    const body = block.rows.map((row) => el('tr', {}, ...row.map((cell, i) => {
      const inner = [cell.text, cell.note ? el('small', {}, cell.note) : ''];
      const align = block.columns[i].align === 'NUMBER' ? 'number' : 'text';
      return i === 0
        ? el('th', { scope: 'row', dir: 'auto' }, ...inner)
        : el('td', { class: align, dir: 'auto' }, ...inner);
    })));
    return el('table', {}, block.caption ? el('caption', { dir: 'auto' }, block.caption) : '', el('thead', {}, head),
      el('tbody', {}, ...body));
  }

  function th(text, scope, align) {
    return el('th', { scope, class: align === 'NUMBER' ? 'number' : 'text', dir: 'auto' }, text);
  }

  /** The numbers of a chart, made when they are asked for: they can be thousands. */
  function numbers(title, columns, rows) {
    const details = el('details', {}, el('summary', {}, 'Numbers'));
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) {
        details.append(scroll(title, table({
          columns: columns.map((column) => ({ title: column, align: 'NUMBER' })),
          rows: rows().map((row) => row.map((text) => ({ text, note: '' }))),
        })));
      }
    });
    return details;
  }

  /* Charts */

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const dark = window.matchMedia('(prefers-color-scheme: dark)');

  /** Viridis, which is in order for colour-blind people and in grey, too, without the end that the ground would swallow. */
  const VIRIDIS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

  function colour(look, onDark) {
    if (look.role !== 'order') {
      return style(look.role) || style('single');
    }
    const part = look.of > 1 ? look.number / (look.of - 1) : 0;
    const at = (onDark ? 0.35 + 0.65 * part : 0.72 * part) * (VIRIDIS.length - 1);
    const below = Math.min(Math.floor(at), VIRIDIS.length - 2);
    const mixed = VIRIDIS[below].map((value, i) =>
      Math.round(value + (at - below) * (VIRIDIS[below + 1][i] - value)));
    return `rgb(${mixed.join(', ')})`;
  }

  const DASHES = { dev: [7, 3], test: [2, 2], reference: [4, 4] };
  const ORDER_DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3]];

  function dash(look) {
    return look.role === 'order' ? ORDER_DASHES[look.number % ORDER_DASHES.length] : DASHES[look.role] || [];
  }

  /** Upright lines, e.g. at the epoch that was kept. */
  const marks = {
    id: 'marks',
    afterDatasetsDraw(chart, args, options) {
      const { ctx, chartArea, scales } = chart;
      for (const mark of options.at || []) {
        const x = scales.x.getPixelForValue(mark.x);
        const left = x > (chartArea.left + chartArea.right) / 2;
        ctx.save();
        ctx.strokeStyle = options.colour;
        ctx.fillStyle = options.colour;
        ctx.setLineDash([3, 3]);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        ctx.font = '12px ' + Chart.defaults.font.family;
        ctx.textAlign = left ? 'right' : 'left';
        ctx.fillText(mark.label, x + (left ? -5 : 5), chartArea.top - 5);
        ctx.restore();
      }
    },
  };

  function axis(of, theme) {
    return {
      type: of.scale === 'LOGARITHMIC' ? 'logarithmic' : 'linear',
      min: of.scale === 'UNIT' ? 0 : undefined,
      max: of.scale === 'UNIT' ? 1 : undefined,
      title: { display: of.title !== '', text: of.title, color: theme.quiet },
      grid: { color: theme.grid },
      border: { color: theme.rule },
      ticks: {
        color: theme.quiet,
        maxRotation: 0,
        autoSkipPadding: 12,
        callback(value) {
          if (of.scale === 'LOGARITHMIC' && !Number.isInteger(Math.log10(value))) {
            return '';
          }
          return figure(value, of.style);
        },
      },
    };
  }

  function options(block, theme, tooltip) {
    return {
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: { top: (block.marks || []).length ? 16 : 0 } },
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      plugins: {
        legend: {
          position: 'top',
          align: 'start',
          labels: { color: theme.text, usePointStyle: true, pointStyle: 'line', pointStyleWidth: 28, generateLabels: legend },
          onClick: (event, item, of) => {
            of.chart.setDatasetVisibility(item.datasetIndex, !of.chart.isDatasetVisible(item.datasetIndex));
            of.chart.update();
          },
        },
        tooltip: { callbacks: tooltip },
        marks: { at: block.marks || [], colour: theme.quiet },
      },
    };
  }

  function legend(chart) {
    return Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) => ({
      ...item,
      text: short(item.text, 40),
      lineWidth: 2,
      lineDash: chart.data.datasets[item.datasetIndex].borderDash || [],
    }));
  }

  function themed() {
    return { text: style('text'), quiet: style('quiet'), grid: style('grid'), rule: style('rule'), dark: dark.matches };
  }

  function lineConfig(block, theme) {
    const config = options(block, theme, {
      title: (items) => (items.length ? `${block.x.title} ${figure(items[0].parsed.x, block.x.style)}` : ''),
      label: (item) => `${short(item.dataset.label, 40)}: ${figure(item.parsed.y, block.y.style)}`,
    });
    config.scales = { x: axis(block.x, theme), y: axis(block.y, theme) };
    const xs = block.lines.flatMap((line) => line.points.map((point) => point[0]));
    if (block.x.scale === 'LINEAR') {
      config.scales.x.min = Math.min(...xs);
      config.scales.x.max = Math.max(...xs);
      if (xs.every(Number.isInteger)) {
        config.scales.x.ticks.precision = 0;
      }
    }
    config.plugins.legend.display = block.lines.length > 1;
    return {
      type: 'line',
      options: config,
      plugins: [marks],
      data: {
        datasets: block.lines.map((line) => ({
          label: line.name,
          data: line.points.map(([x, y]) => ({ x, y })),
          borderColor: colour(line.look, theme.dark),
          backgroundColor: colour(line.look, theme.dark),
          borderDash: dash(line.look),
          borderWidth: line.look.role === 'reference' ? 1.5 : 2,
          pointRadius: line.points.length === 1 ? 4 : block.x.scale === 'UNIT' && line.points.length < 30
            && line.look.role !== 'reference' ? 3 : 0,
          pointHitRadius: 8,
        })),
      },
    };
  }

  function barConfig(block, theme) {
    const stacked = block.arrangement === 'STACKED';
    const histogram = block.arrangement === 'HISTOGRAM';
    const config = options(block, theme, {
      label: (item) => `${short(item.dataset.label, 40)}: ${figure(item.parsed.y, block.y.style)}`,
    });
    config.interaction = { mode: 'index', intersect: false };
    config.plugins.legend.labels.pointStyle = 'rect';
    config.plugins.legend.labels.pointStyleWidth = 14;
    config.plugins.legend.display = block.bars.length > 1;
    config.scales = { x: axis(block.x, theme), y: axis(block.y, theme) };
    config.scales.x.type = 'category';
    config.scales.x.stacked = stacked;
    config.scales.y.stacked = stacked;
    config.scales.y.beginAtZero = true;
    config.scales.x.grid.display = false;
    config.scales.x.ticks.callback = function (value) {
      const label = this.getLabelForValue(value);
      return histogram ? short(label.split(/ to |–/)[0], 12) : short(label, 16);
    };
    return {
      type: 'bar',
      options: config,
      data: {
        labels: block.categories,
        datasets: block.bars.map((bars) => ({
          label: bars.name,
          data: bars.values,
          backgroundColor: colour(bars.look, theme.dark),
          categoryPercentage: histogram ? 1 : 0.85,
          barPercentage: histogram ? 0.94 : 1,
        })),
      },
    };
  }

  function chart(block, config, table) {
    const canvas = el('canvas', { role: 'img', 'aria-label': `${block.title}. ${block.reading}` });
    charts.push({ canvas, block, config });
    return card('chart', el('h3', {}, block.title), el('p', { class: 'reading' }, block.reading),
      el('div', { class: 'canvas' }, canvas), table);
  }

  function lineTable(block) {
    return numbers(block.title, [block.x.title, ...block.lines.map((line) => line.name)], () => {
      const byX = new Map();
      block.lines.forEach((line, i) => line.points.forEach(([x, y]) => {
        byX.set(x, byX.get(x) || block.lines.map(() => ''));
        byX.get(x)[i] = figure(y, block.y.style);
      }));
      return [...byX.entries()].sort((a, b) => a[0] - b[0])
        .map(([x, values]) => [figure(x, block.x.style), ...values]);
    });
  }

  function barTable(block) {
    return numbers(block.title, [block.x.title, ...block.bars.map((bars) => bars.name)], () =>
      block.categories.map((category, i) =>
        [category, ...block.bars.map((bars) => figure(bars.values[i], block.y.style))]));
  }

  function drawAll() {
    for (const one of charts) {
      if (one.drawn) {
        one.drawn.destroy();
      }
      one.drawn = new Chart(one.canvas, one.config(one.block, themed()));
    }
  }

  /* Blocks */

  const draw = {
    facts: (block) => el('dl', { class: 'facts' }, ...block.facts.map((fact) => el('div', {},
      el('dt', { dir: 'auto' }, fact.name), el('dd', { class: 'value' }, fact.value), el('dd', { class: 'note' }, fact.note)))),

    prose: (block) => el('div', {}, ...block.sentences.map((sentence) => el('p', { dir: 'auto' }, sentence))),

    notice: (block) => card('notice ' + block.level.toLowerCase(), el('h3', { dir: 'auto' }, block.title),
      ...block.sentences.map((sentence) => el('p', { dir: 'auto' }, sentence)),
      block.next.length ? el('p', {}, 'What to try, in this order:') : '',
      block.next.length ? el('ol', {}, ...block.next.map((step) => el('li', { dir: 'auto' }, step))) : ''),

    table: (block) => card('table', scroll(block.caption, table(block))),

    lines: (block) => chart(block, lineConfig, lineTable(block)),

    bars: (block) => chart(block, barConfig, barTable(block)),

    confusion,

    code: (block) => card('code', el('details', {}, el('summary', {}, block.caption),
      el('pre', { tabindex: '0', dir: 'ltr' }, block.text))),
  };

  function confusion(block) {
    const sums = block.counts.map((row) => row.reduce((sum, count) => sum + count, 0));
    const worst = Math.max(1e-9, ...block.counts.flatMap((row, i) =>
      row.map((count, j) => (i === j || sums[i] === 0 ? 0 : count / sums[i]))));
    const name = (text, scope) => el('th', { scope, title: text, dir: 'auto' }, text);
    const head = el('tr', {}, el('td', {}), ...block.classes.map((text) => name(text, 'col')),
      el('th', { scope: 'col' }, 'right'));
    const body = block.counts.map((row, i) => el('tr', {}, name(block.classes[i], 'row'),
      ...row.map((count, j) => field(count, sums[i], i === j, worst)),
      el('td', { class: 'total' }, sums[i] === 0 ? '–' : percent.format(row[i] / sums[i]))));
    return card('confusion', scroll(block.caption, el('table', {}, el('caption', {}, block.caption),
      el('thead', {}, head), el('tbody', {}, ...body))));
  }

  function field(count, sum, isRight, worst) {
    const cell = el('td', { class: count === 0 ? 'zero' : isRight ? 'right' : 'wrong' },
      count === 0 ? '·' : count.toLocaleString('en'));
    if (count > 0) {
      const share = count / sum;
      cell.style.setProperty('--share', isRight ? 0.08 + 0.3 * share : 0.06 + 0.5 * (share / worst));
    }
    return cell;
  }

  /* The page */

  for (const section of content.sections) {
    const blocks = el('div', { class: 'blocks' });
    section.blocks.forEach((block) => blocks.append(draw[block.kind](block)));
    layOut(blocks);
    document.querySelector('main').append(el('section', { id: section.id, 'aria-labelledby': section.id + '-title' },
      el('h2', { id: section.id + '-title', dir: 'auto' }, section.title),
      section.lead ? el('p', { class: 'lead', dir: 'auto' }, section.lead) : '', blocks));
    document.querySelector('nav').append(el('a', { href: '#' + section.id, dir: 'auto' }, section.title));
  }

  /** Charts stand in pairs; of an odd number the first one is the most important and has the whole width. */
  function layOut(blocks) {
    const all = blocks.querySelectorAll('.chart');
    if (all.length > 1 && all.length % 2 === 1) {
      all[0].classList.add('wide');
    }
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawAll();
  dark.addEventListener('change', drawAll);
  window.addEventListener('beforeprint', () => charts.forEach((one) => one.drawn.resize()));
})();
