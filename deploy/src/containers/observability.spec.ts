import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SERVICES } from '@capstan/contracts';
import { Metrics } from '@capstan/service-kit';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const FOLDER = path.join(ROOT, 'deploy', 'observability');

/** Labels that Prometheus adds. */
const ADDED = ['job', 'instance', 'le'];
/** What stands in a query and is no metric. */
const WORDS = new Set(['sum', 'max', 'min', 'by', 'rate', 'increase', 'histogram_quantile', 'up']);

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return ['node_modules', 'dist', 'test', '.nx'].includes(entry.name) ? [] : sources(file);
    }
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? [readFileSync(file, 'utf8')] : [];
  });
}

/** Every metric the code makes, with its kind and labels. */
function madeMetrics(): Map<string, { kind: string; labels: string[] }> {
  const made = new Map<string, { kind: string; labels: string[] }>();
  for (const text of ['libs', 'apps'].flatMap((folder) => sources(path.join(ROOT, folder)))) {
    for (const [, kind = '', name = '', labels = ''] of text.matchAll(/metrics\.(counter|gauge|duration)\(\s*'(\w+)',\s*(?:'(?:[^'\\]|\\.)*'|"[^"]*")(?:,\s*\[([^\]]*)\])?/g)) {
      made.set(name, { kind, labels: [...labels.matchAll(/'(\w+)'/g)].map(([, label]) => label ?? '') });
    }
  }
  return made;
}

/** Names of metrics in a query, with the labels it asks each for. */
function asked(query: string): { name: string; labels: string[] }[] {
  const bare = query.replace(/"[^"]*"/g, '""');
  const grouped = [...bare.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(',').map((label) => label.trim()));
  return [...bare.replace(/by \([^)]*\)/g, '').matchAll(/([a-z_]\w*)(?:\{([^}]*)\})?/g)]
    .filter(([, name = '']) => !WORDS.has(name) && /_/.test(name))
    .map(([, name = '', selectors = '']) => ({ name, labels: [...[...selectors.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? ''), ...grouped] }));
}

describe('deploy/observability', () => {
  const made = madeMetrics();
  const defaults = new Set(new Metrics().registry.getMetricsAsArray().map(({ name }) => name));
  const { groups } = parse(readFileSync(path.join(FOLDER, 'alerts.yml'), 'utf8')) as { groups: { rules: Alert[] }[] };
  const alerts = groups.flatMap(({ rules }) => rules);
  const boards = readdirSync(path.join(FOLDER, 'dashboards')).map((file) => ({
    file,
    board: JSON.parse(readFileSync(path.join(FOLDER, 'dashboards', file), 'utf8')) as { uid: string; panels: { title: string; targets: { expr: string; legendFormat: string }[] }[] },
  }));
  const queries: [string, string][] = [
    ...alerts.map(({ alert, expr }): [string, string] => [alert, expr]),
    ...boards.flatMap(({ file, board }) => board.panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [`${file} / ${title}`, expr]))),
  ];

  it('finds the metrics of the code', () => {
    expect(made.size).toBeGreaterThan(30);
    expect(made.get('capstan_task_leases_total')).toEqual({ kind: 'counter', labels: ['event'] });
  });

  it.each([...made])('%s has a unit or counts', (name, { kind }) => {
    expect(name).toMatch(/^capstan_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    expect(kind !== 'duration' || name.endsWith('_seconds')).toBe(true);
  });

  it.each([...made])('%s has no label that grows with what there is', (_, { labels }) => {
    // Ids, names and addresses would make a series each.
    expect(labels.filter((label) => /id$|name|host|address|path|url|device|camera|session|receiver/.test(label))).toEqual([]);
  });

  it.each(queries)('%s is PromQL', (_, query) => {
    const mistakes: string[] = [];
    parser.parse(query).iterate({ enter: ({ type, from, to }) => (type.isError ? void mistakes.push(`at ${from}: ${query.slice(from, to + 10)}`) : undefined) });
    expect(mistakes).toEqual([]);
  });

  it('would see a mistake in PromQL', () => {
    let mistakes = 0;
    parser.parse('sum by (job (up)').iterate({ enter: ({ type }) => void (mistakes += type.isError ? 1 : 0) });
    expect(mistakes).toBeGreaterThan(0);
  });

  it.each(queries)('%s asks for metrics that are made, by labels they have', (_, query) => {
    const names = asked(query);
    expect(names.length + (query.startsWith('up') ? 1 : 0)).toBeGreaterThan(0);
    for (const { name, labels } of names) {
      const base = name.replace(/_(bucket|sum|count)$/, '');
      const metric = made.get(name) ?? (made.get(base)?.kind === 'duration' ? made.get(base) : undefined);
      expect({ name, known: metric !== undefined || defaults.has(name) }).toEqual({ name, known: true });
      expect(labels.filter((label) => !ADDED.includes(label) && metric?.labels.includes(label) !== true)).toEqual([]);
    }
  });

  it.each(boards)('$file labels its lines by what its queries keep', ({ board }) => {
    board.panels.forEach(({ targets }) =>
      targets.forEach(({ expr, legendFormat }) => {
        const used = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '');
        const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(',').map((label) => label.trim()));
        const keeps = grouped.length > 0 ? grouped : [...ADDED, 'instance'];
        expect({ expr, lost: used.filter((label) => !keeps.includes(label)) }).toEqual({ expr, lost: [] });
      }),
    );
  });

  it('has a dashboard for every service, and one for all of them', () => {
    expect(boards.map(({ board }) => board.uid).sort()).toEqual(['capstan-overview', ...SERVICES.map((service) => `capstan-${service}`)].sort());
    boards.forEach(({ file, board }) => expect(file).toBe(`${board.uid}.json`));
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))('%s has a page that quotes it and says what to do', (name, { expr, labels, annotations }) => {
    const page = path.join(ROOT, annotations.runbook_url);
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain(`# ${name}\n`);
    expect(text).toContain(expr);
    expect(text.toLowerCase()).toContain(`**${labels.severity}**`);
    ['## What it means', '## How to see it', '## What to do'].forEach((part) => expect(text).toContain(part));
  });

  it('has no page without an alert, and no link to a page that is not there', () => {
    const folder = path.join(ROOT, 'docs', 'runbooks');
    const pages = readdirSync(folder).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(alerts.map(({ alert }) => `${alert}.md`).sort());
    [...pages, 'README.md'].forEach((page) =>
      [...readFileSync(path.join(folder, page), 'utf8').matchAll(/\]\(([^)]+)\)/g)].forEach(([, link = '']) => expect(existsSync(path.join(folder, link))).toBe(true)),
    );
  });

  it('scrapes every service', () => {
    const { scrape_configs: jobs } = parse(readFileSync(path.join(FOLDER, 'prometheus.yml'), 'utf8')) as { scrape_configs: { job_name: string; dns_sd_configs?: { names: string[]; port: number }[] }[] };
    SERVICES.forEach((service) => expect(jobs.find(({ job_name: name }) => name === service)?.dns_sd_configs?.[0]).toMatchObject({ names: [service], port: 9090 }));
  });
});
