// Draws the table of a trend as a chart above it. The table stays what it is: all numbers are in it, also for those who print, listen,
// or have no scripts.
'use strict';
const rightToLeft = document.documentElement.dir === 'rtl';
const dark = matchMedia('(prefers-color-scheme: dark)');

// The colours are the style sheet's; a page is printed in those of daylight.
function colours(printed) {
	const style = getComputedStyle(document.documentElement);
	const of = (name) => style.getPropertyValue(printed ? `--print-${name}` : `--${name}`).trim();
	return { accent: of('accent'), band: of('band'), soft: of('soft'), hair: of('hair'), card: of('card') };
}

function read(table) {
	const all = [...table.tBodies[0].rows], first = all.findIndex((row) => row.dataset.value !== undefined);
	const rows = all.slice(Math.max(0, Math.min(first, all.length - 6))); // what lies before the first score is in the table
	const number = (row, name) => (row.dataset[name] === undefined ? null : Number(row.dataset[name]));
	return {
		rows,
		shorts: rows.map((row) => row.dataset.short),
		data: [rows.map((_, i) => i), ...['value', 'low', 'high'].map((name) => rows.map((row) => number(row, name)))],
	};
}

// said is a row in one line, as the table says it.
const said = (row) => [...row.cells].map((cell) => cell.textContent.trim()).filter(Boolean).join(' \u00b7 ');

function draw(table, box, reading, printed) {
	const { rows, shorts, data } = read(table);
	const c = colours(printed);
	const format = new Intl.NumberFormat(document.documentElement.lang);
	const font = '12px system-ui, sans-serif';
	const wide = box.clientWidth;
	const axis = { stroke: c.soft, font, ticks: { show: false }, border: { show: false } };
	return new uPlot({
		width: wide, height: wide < 500 ? 200 : 260, legend: { show: false }, padding: [12, 12, 0, 0],
		cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
		scales: { x: { time: false, dir: rightToLeft ? -1 : 1, range: (_, min, max) => [min - 0.25, max + 0.25] }, y: { range: (_, low, high) => room(low, high, table) } },
		axes: [
			{ ...axis, size: 32, grid: { show: false }, splits: () => data[0], values: (_, all) => all.map((i) => (wide < 500 && (rows.length - 1 - i) % 3 ? '' : shorts[i])) },
			{ ...axis, side: rightToLeft ? 1 : 3, size: 48, grid: { stroke: c.hair, width: 1 }, values: (_, all) => all.map((v) => format.format(v)) },
		],
		series: [
			{},
			{ stroke: c.accent, width: 2.25, points: { show: true, size: 7, fill: c.card, stroke: c.accent, width: 2 } },
			{ stroke: 'transparent', points: { show: false } },
			{ stroke: 'transparent', points: { show: false } },
		],
		bands: [{ series: [3, 2], fill: c.band }],
		hooks: { drawClear: [(u) => { alone(u, c.band); }], setCursor: [(u) => { reading.textContent = u.cursor.idx == null ? '' : said(rows[u.cursor.idx]); }] },
	}, data, box);
}

// alone draws the intervals of scores without a neighbour, which the band between two scores does not reach.
function alone(u, colour) {
	const [, values, lows, highs] = u.data, ratio = devicePixelRatio;
	u.ctx.fillStyle = colour;
	values.forEach((value, i) => {
		if (value == null || values[i - 1] != null || values[i + 1] != null) return;
		const top = u.valToPos(highs[i], 'y', true), bottom = u.valToPos(lows[i], 'y', true);
		u.ctx.fillRect(u.valToPos(i, 'x', true) - 4 * ratio, top, 8 * ratio, bottom - top);
	});
}

// room leaves some above and below what is shown, within what the metric can be.
function room(low, high, table) {
	if (low == null) return [Number(table.dataset.min), Number(table.dataset.max)];
	const free = Math.max((high - low) * 0.12, (table.dataset.max - table.dataset.min) * 0.02);
	return [Math.max(low - free, table.dataset.min), Math.min(high + free, table.dataset.max)];
}

for (const table of document.querySelectorAll('table[data-chart=trend]')) {
	const box = document.createElement('div'), reading = document.createElement('p'), around = table.closest('details');
	box.className = 'chart';
	reading.className = 'reading';
	box.setAttribute('aria-hidden', 'true'); // the table is beside it
	reading.setAttribute('aria-hidden', 'true');
	around.before(box, reading);
	around.open = false;
	let chart, size;
	const again = (printed) => {
		chart?.destroy();
		chart = draw(table, box, reading, printed === true);
		box.dataset.drawn = chart.series[1].idxs ? 'yes' : 'no';
	};
	new ResizeObserver(() => { if (size !== box.clientWidth) { size = box.clientWidth; again(); } }).observe(box);
	dark.addEventListener('change', again);
	addEventListener('beforeprint', () => { around.open = true; again(true); });
	addEventListener('afterprint', () => { around.open = false; again(); });
}
