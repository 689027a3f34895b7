import { least, sort } from 'd3-array';
import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { labelOf, type Figure } from '../figure.js';
import { entryOf } from '../subjects/catalogue.js';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const COLORS = { ours: '#e0234e', peer: '#8c9bab', plain: '#d9d9d9' } as const;
const [COLUMN_WIDTH, LABEL_WIDTH, VALUE_WIDTH] = [560, 150, 90];
const [BAR_HEIGHT, TITLE_HEIGHT] = [22, 48];

/** The main comparisons. */
const PANELS = [
  { part: 'drain', scenario: 'concurrency 100', title: 'Jobs ended, concurrency 100' },
  { part: 'drain', scenario: 'concurrency 1', title: 'Jobs ended, concurrency 1' },
  { part: 'chains', scenario: '2,000 of 5', title: 'Steps of chains' },
  { part: 'enqueue', scenario: 'one at a time', title: 'Jobs sent, one at a time' },
  { part: 'enqueue', scenario: '100 in flight', title: 'Jobs sent, 100 in flight' },
  { part: 'enqueue', scenario: 'in bulk, 1,000 each', title: 'Jobs sent, in bulk' },
  { part: 'latency', scenario: 'idle, p50', title: 'From sending to handler, idle, median' },
  { part: 'latency', scenario: 'idle, p99', title: 'From sending to handler, idle, 99 of 100' },
  { part: 'memory', scenario: 'each queued', title: 'Each queued job in Redis' },
] as const;

/** Returns an SVG with a panel for each of the main comparisons, and a bar for each figure. */
export function chartOf(figures: readonly Figure[]): string {
  const panels = panelsOf(figures);
  const height = Math.max(...panels.map((panel) => panel.top + panel.height)) + BAR_HEIGHT;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 2 * COLUMN_WIDTH, height });
  chart.setOption({
    ...{ animation: false, backgroundColor: '#fff' },
    title: panels.map(({ title, left, top }) => ({
      ...{ text: title, textStyle: { fontSize: 13 }, left: left + 16, top: top - 28 },
    })),
    grid: panels.map(({ left, top, height: own }) => ({
      ...{ left: left + LABEL_WIDTH, top, width: COLUMN_WIDTH - LABEL_WIDTH - VALUE_WIDTH, height: own },
    })),
    xAxis: panels.map((_, gridIndex) => ({ gridIndex, type: 'value', show: false })),
    yAxis: panels.map(({ rows }, gridIndex) => ({
      ...{ gridIndex, type: 'category', inverse: true, axisTick: { show: false }, axisLine: { show: false } },
      axisLabel: { rich: { ours: { fontWeight: 'bold', color: COLORS.ours } } },
      data: rows.map((row) => (entryOf(row.subject).role === 'ours' ? `{ours|${labelOf(row)}}` : labelOf(row))),
    })),
    series: panels.map(({ rows }, index) => ({
      ...{ type: 'bar', xAxisIndex: index, yAxisIndex: index, barWidth: '70%' },
      label: { show: true, position: 'right', formatter: ({ value }: { value: number }) => format(value) },
      data: rows.map(({ median, subject }) => ({ value: median, itemStyle: { color: COLORS[entryOf(subject).role] } })),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose(); // Its timer would keep the process alive.
  return svg;
}

/** Puts each panel below the shortest column, its best rows first. */
function panelsOf(figures: readonly Figure[]) {
  const columns = [0, 1].map((column) => ({ left: column * COLUMN_WIDTH, end: 0 }));
  return PANELS.map(({ part, scenario, title }) => {
    const rows = figures.filter((figure) => figure.part === part && figure.scenario === scenario);
    const { unit, better } = rows[0]!;
    const column = least(columns, ({ end }) => end)!;
    const [top, height] = [column.end + TITLE_HEIGHT, rows.length * BAR_HEIGHT];
    column.end = top + height;
    const sorted = sort(rows, ({ median }) => (better === 'lower' ? median : -median));
    return { title: `${title} (${unit}, ${better} is better)`, rows: sorted, left: column.left, top, height };
  });
}

function format(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
