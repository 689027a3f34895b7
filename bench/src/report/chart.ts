import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { valueOf, type Figure } from '../figure.js';
import { roleOf, type Role } from '../subjects/catalogue.js';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const COLORS: Readonly<Record<Role, string>> = { ours: '#e0234e', peer: '#8c9bab', plain: '#d9d9d9' };

const COLUMNS = 2;
const WIDTH = 560;
const LABELS = 150;
const BAR = 22;
const TITLE = 48;

/** The comparisons that tell most, and what they are called. */
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

/** A panel for each of the main comparisons, a bar for each row; as SVG. None where none of them was measured. */
export function chartOf(figures: readonly Figure[]): string | undefined {
  const panels = panelsOf(figures);
  if (panels.length === 0) return undefined;
  const boxes = placed(panels);
  const height = Math.max(...boxes.map(({ top, height: own }) => top + own)) + BAR;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: COLUMNS * WIDTH, height });
  chart.setOption({
    ...{ animation: false, backgroundColor: '#fff' },
    title: panels.map(({ title }, index) => ({ text: title, textStyle: { fontSize: 13 }, ...titleBox(boxes[index]!) })),
    grid: boxes.map(({ left, top, height: own }) => ({
      left: left + LABELS,
      top,
      width: WIDTH - LABELS - 90,
      height: own,
    })),
    xAxis: panels.map((_, gridIndex) => ({ gridIndex, type: 'value', show: false })),
    yAxis: panels.map(({ rows }, gridIndex) => ({
      ...{ gridIndex, type: 'category', inverse: true, axisTick: { show: false }, axisLine: { show: false } },
      axisLabel: { rich: { ours: { fontWeight: 'bold', color: COLORS.ours } } },
      data: rows.map(labelOf),
    })),
    series: panels.map(({ rows }, index) => ({
      ...{ type: 'bar', xAxisIndex: index, yAxisIndex: index, barWidth: '70%' },
      label: { show: true, position: 'right', formatter: ({ value }: { value: number }) => rounded(value) },
      data: rows.map((row) => ({ value: valueOf(row), itemStyle: { color: COLORS[roleOf(row.subject)] } })),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose(); // Its timer would keep the process alive.
  return svg;
}

interface Panel {
  readonly title: string;
  readonly rows: readonly Figure[];
}

function panelsOf(figures: readonly Figure[]): Panel[] {
  return PANELS.flatMap(({ part, scenario, title }) => {
    const rows = figures.filter((figure) => figure.part === part && figure.scenario === scenario);
    return rows.length === 0 ? [] : [{ title: `${title} (${adviceOf(rows[0]!)})`, rows: bestFirst(rows) }];
  });
}

function bestFirst(rows: readonly Figure[]): readonly Figure[] {
  const sign = rows[0]?.unit.better === 'lower' ? 1 : -1;
  return rows.toSorted((a, b) => sign * (valueOf(a) - valueOf(b)));
}

/** Ours is written in the style `ours`. */
function labelOf({ subject, variant }: Figure): string {
  const label = `${subject} ${variant}`;
  return roleOf(subject) === 'ours' ? `{ours|${label}}` : label;
}

function adviceOf({ unit: { name, better } }: Figure): string {
  return `${name}, ${better} is better`;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** Each panel goes where the columns are shortest. */
function placed(panels: readonly Panel[]): Box[] {
  const ends = Array.from({ length: COLUMNS }, () => 0);
  return panels.map(({ rows }) => {
    const column = ends.indexOf(Math.min(...ends));
    const box = { left: column * WIDTH, top: ends[column]! + TITLE, height: rows.length * BAR };
    ends[column] = box.top + box.height;
    return box;
  });
}

function titleBox({ left, top }: Box) {
  return { left: left + 16, top: top - 28 };
}

function rounded(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
