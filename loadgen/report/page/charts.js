// Runs in the reader's browser, inlined into the page after uPlot: draws the two charts over time.
(() => {
  const report = JSON.parse(document.getElementById('report').textContent);
  const points = moments(report.timeline);
  const seconds = points.map((point) => (point.atMs + point.lengthMs / 2) / 1000);
  const perSecond = (count) =>
    points.map((point) => (point.lengthMs > 0 ? count(point) / (point.lengthMs / 1000) : null));
  const milliseconds = (pick) =>
    points.map((point) => (pick(point) === null ? null : Math.max(0.001, pick(point) / 1000)));

  const charts = [
    {
      place: 'rate',
      values: [
        ['scheduled', 'quiet', perSecond((point) => point.scheduled), { dash: [4, 4] }],
        ['sent', 'blue', perSecond((point) => point.sent), { fill: true }],
        [
          'errors',
          'red',
          perSecond((point) => point.failed + point.timedOut + point.disconnected + point.unsent),
          { fill: true },
        ],
      ],
      show: (value) => `${figure(value)}/s`,
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] },
    },
    {
      place: 'latency',
      values: [
        ['p50', 'blue', milliseconds((point) => point.p50Us), {}],
        ['p99', 'orange', milliseconds((point) => point.p99Us), {}],
      ],
      show: time,
      y: { distr: 3, range: decades },
    },
  ];

  /** One point for a time at which two phases met: counts added, the worse quantile. */
  function moments(timeline) {
    const byTime = new Map();
    for (const point of timeline) {
      const one = byTime.get(point.atMs);
      if (one === undefined) byTime.set(point.atMs, { ...point });
      else
        for (const [key, value] of Object.entries(point)) {
          if (key === 'p50Us' || key === 'p99Us') one[key] = worse(one[key], value);
          else if (typeof value === 'number' && !['atMs', 'lengthMs', 'phase'].includes(key))
            one[key] += value;
        }
    }
    return [...byTime.values()];
  }

  function worse(a, b) {
    return a === null ? b : b === null ? a : Math.max(a, b);
  }

  /** A line where each phase but the first begins. */
  function markPhases({ ctx, bbox, valToPos, scales }, ink) {
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.setLineDash([2, 4]);
    for (const { fromMs } of report.phases.slice(1)) {
      const second = fromMs / 1000;
      if (second < scales.x.min || second > scales.x.max) continue;
      const x = Math.round(valToPos(second, 'x', true));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** Milliseconds in the unit that suits them. */
  function time(ms) {
    if (ms < 1) return `${figure(ms * 1000)} µs`;
    return ms < 1000 ? `${figure(ms)} ms` : `${figure(ms / 1000)} s`;
  }

  function figure(value) {
    return value.toLocaleString('en', { maximumSignificantDigits: 3 });
  }

  /** Whole powers of ten around the values, so that the scale has its lines. */
  function decades(_, min, max) {
    if (min === null || max === null) return [0.1, 10];
    const [low, high] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
    return [10 ** low, 10 ** (high === low ? high + 1 : high)];
  }

  function draw({ place, values, show, y }) {
    const box = document.getElementById(place);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const axis = {
      stroke: colour('quiet'),
      font: '12px system-ui, sans-serif',
      grid: { stroke: colour('line'), width: 1 },
      ticks: { stroke: colour('line'), width: 1 },
    };
    const label = (_, value) => (value === null || value === undefined ? '–' : show(value));
    box.replaceChildren();
    new uPlot(
      {
        width: box.clientWidth,
        height: 240,
        cursor: { sync: { key: 'time' }, drag: { x: true, y: false } },
        scales: { x: { time: false }, y },
        hooks: { draw: [(chart) => markPhases(chart, colour('quiet'))] },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((tick) => `${figure(tick)} s`) },
          {
            ...axis,
            size: 72,
            values: (_, ticks) => ticks.map((tick) => (tick === null ? null : show(tick))),
          },
        ],
        series: [
          { label: 'at', value: (_, value) => (value === null ? '–' : `${figure(value)} s`) },
          ...values.map(([name, ink, data, { fill, dash }]) => ({
            label: name,
            stroke: colour(ink),
            width: 2,
            value: label,
            points: { show: data.length < 60, size: 5 },
            ...(fill ? { fill: `color-mix(in srgb, ${colour(ink)} 14%, transparent)` } : {}),
            ...(dash ? { dash, points: { show: false } } : {}),
          })),
        ],
      },
      [seconds, ...values.map(([, , data]) => data)],
      box,
    );
  }

  const drawAll = () => {
    for (const chart of charts) if (document.getElementById(chart.place) !== null) draw(chart);
  };
  let waiting = 0;
  addEventListener('resize', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(drawAll);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  drawAll();
})();
