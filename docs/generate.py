#!/usr/bin/env python3
"""Writes the guide of each provider, docs/src/providers, from its contract: `playmoney describe PROVIDER --json`.

`python3 docs/generate.py PROGRAM` writes the pages, `python3 docs/generate.py --check PROGRAM` says which are stale. The program is
target/debug/playmoney by default. Texts that no contract has are in docs/notes.

In every page, a block behind `<!-- include FILE -->` or `<!-- include FILE:ANCHOR -->` gets the text of that file, or what stands between
`ANCHOR: name` and `ANCHOR_END: name` in it. An include of mdBook would not be seen by those who read the pages in the repository.
"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent
PAGES = DOCS / 'src/providers'
RENEW = 'just docs'
PROVIDERS = ['quantapay', 'qbitpay', 'cryptopay', 'quantum-payouts', 'quoine']
LANGUAGES = [('Python', 'python', 'py'), ('Node.js', 'node', 'js'), ('PHP', 'php', 'php'), ('Rust', 'rust', 'rs')]


def text(value: object) -> str:
    """A text within Markdown: what is between backticks stays, what HTML or a table would take is escaped."""
    pieces = re.split(r'(`[^`]*`)', str(value).replace('\n', ' '))
    escaped = [it if it.startswith('`') else re.sub(r'([*_\[\]])', r'\\\1', html.escape(it, quote=False)) for it in pieces]
    return ''.join(escaped).replace('|', '\\|')


def code(value: object) -> str:
    return '`' + str(value).replace('|', '\\|') + '`'


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [f'| {" | ".join(head)} |', '|' + '---|' * len(head), *(f'| {" | ".join(row)} |' for row in rows)]
    return [*lines, '']


def fold(summary: str, lines: list[str]) -> list[str]:
    """Lines that are shown when a reader opens them."""
    return ['<details>', f'<summary>{html.escape(summary)}</summary>', '', *lines, '</details>', '']


def evidence(row: dict) -> str:
    """How certain a row is; what is not documented says why."""
    return 'documented' if row['evidence'] == 'documented' else f'{row["evidence"]}: {text(row["source"])}'


def span(duration: str) -> str:
    """PT30M as 30 min."""
    units = re.match(r'P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$', duration)
    assert units, duration
    words = [f'{it} {unit}' for it, unit in zip(units.groups(), ('d', 'h', 'min', 's'), strict=True) if it and it != '0']
    return ' '.join(words) or 'at once'


def seconds(number: int) -> str:
    parts = [(number // 3600, 'h'), (number // 60 % 60, 'min'), (number % 60, 's')]
    return ' '.join(f'{it} {unit}' for it, unit in parts if it) or '0 s'


def kind(schema: dict) -> str:
    """The type of a field and its bounds."""
    if 'const' in schema:
        return f'always {code(json.dumps(schema["const"], ensure_ascii=False))}'
    if 'enum' in schema:
        return ', '.join(code(it) for it in schema['enum'])
    if 'anyOf' in schema or 'oneOf' in schema:
        return ' or '.join(kind(it) for it in schema.get('anyOf') or schema['oneOf'])
    types = schema.get('type', 'any')
    words = ' or '.join(types) if isinstance(types, list) else types
    words = re.sub(r'\bstring\b', 'text', words)
    low, high = schema.get('minimum'), schema.get('maximum')
    if low is not None or high is not None:
        words += f' from {low}' * (low is not None) + f' to {high}' * (high is not None)
    shortest, longest = schema.get('minLength'), schema.get('maxLength')
    if longest is not None:
        words += f' of {shortest} to {longest} characters' if shortest else f' of at most {longest} characters'
    if 'pattern' in schema:
        words += f', {code(schema["pattern"])}'
    return words


def fields(rows: list[dict]) -> list[str]:
    def row(it: dict) -> list[str]:
        default = '' if it['default'] is None else f' Default: {code(it["default"])}.'
        return [code(it['name']), it['need'], kind(it['schema']), text(it['meaning']) + default, evidence(it)]

    return table(['Name', '', 'Type', 'Meaning', 'Evidence'], [row(it) for it in rows])


def cause(on: dict) -> str:
    """What moves an object from one status to the next."""
    match on:
        case {'call': name}:
            return f'call {name}'
        case {'act': name}:
            return f'action {name}'
        case {'after': wait, 'timer': True}:
            return f'after {span(wait)}, status stays'
        case {'after': wait}:
            unless = ' (pace auto)' if on.get('pace') == 'auto' else ''
            return f'after {span(wait)}{unless}'.replace('after at once', 'at once')
        case {'deadline': field}:
            return f'the moment of {field}'
        case {'block': what}:
            return f'a block: {what}'
        case {'delivered': event}:
            return f'the webhook {event} is accepted'
    raise ValueError(on)


ROW, TOP, LETTER = 36, 64, 6.6


def diagram(lifecycle: dict) -> str:
    """A column for each status, and an arrow for each way from one to another, as an SVG that needs nothing else."""
    statuses = lifecycle['statuses']
    names = ['(new)', *(it['name'] for it in statuses)]
    column = max(110, round(max(len(it) for it in names) * 7.4 + 30))
    middle = {name: column * at + column // 2 for at, name in enumerate(names)}
    ways = [(start, it) for it in lifecycle['transitions'] for start in (it['from'] or ['(new)'])]
    width, height = column * len(names), TOP + ROW * len(ways) + 24
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        f'<title>The lifecycle of {html.escape(lifecycle["object"])}</title>',
        '<style>text{font:12px system-ui,sans-serif;fill:#1f2933}.s{font-weight:600;text-anchor:middle}'
        '.l{stroke:#cbd2d9}.a{stroke:#2563a8;stroke-width:1.5;fill:none}.h{fill:#2563a8}.d{stroke-dasharray:5 4}</style>',
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff" stroke="#cbd2d9"/>',
    ]
    final = {it['name'] for it in statuses if it['final']}
    for name in names:
        at = middle[name]
        fill, edge = ('#e3e8ee', '#52606d') if name in final else ('#eef5fc', '#2563a8')
        if name == '(new)':
            fill, edge = '#ffffff', '#9aa5b1'
        out.append(f'<line class="l" x1="{at}" x2="{at}" y1="44" y2="{height - 12}"/>')
        wide = max(60, len(name) * 7.4 + 16)
        out.append(f'<rect x="{at - wide / 2:g}" y="14" width="{wide:g}" height="28" rx="6" fill="{fill}" stroke="{edge}"/>')
        out.append(f'<text class="s" x="{at}" y="32">{html.escape(name)}</text>')
    for number, (start, it) in enumerate(ways):
        y = TOP + ROW * number + 22
        label = cause(it['on']) + (f' → {it["event"]}' if it['event'] else '')
        a, b = middle[start], middle[it['to']]
        sure = '' if it['evidence'] == 'documented' else ' d'
        if a == b:
            out.append(f'<path class="a{sure}" d="M{a} {y - 7}h22v11h-16"/><path class="h" d="M{a} {y + 4}l7 -4v8z"/>')
            left, right = a + 28, a + 28
        else:
            tip = 7 if a < b else -7
            out.append(f'<path class="a{sure}" d="M{a} {y}H{b - tip}"/><path class="h" d="M{b} {y}l{-tip} -4v8z"/>')
            out.append(f'<circle class="h" cx="{a}" cy="{y}" r="3"/>')
            left, right = min(a, b) + 9, max(a, b) - 9
        y -= 0 if a == b else 8
        if left + len(label) * LETTER > width - 6:
            left = max(6, min(right, width - 6) - len(label) * LETTER)
        halo = 'paint-order="stroke" stroke="#ffffff" stroke-width="3"'
        out.append(f'<text x="{left:g}" y="{y}" {halo}>{html.escape(label)}</text>')
    return '\n'.join([*out, '</svg>', ''])


def operations(contract: dict) -> list[str]:
    every = contract['operations']
    rows = [[f'[{text(it["name"])}](#{it["name"].lower()})', code(f'{it["method"]} {it["path"]}'), text(it['summary'])] for it in every]
    out = ['## Operations', '', *table(['Name', 'Request', 'What it does'], rows)]
    for it in every:
        out += [f'### {it["name"]}', '', f'{code(it["method"] + " " + it["path"])}: {text(it["summary"])}.', '']
        out += [f'Success is {it["success"]}. Evidence: {it["evidence"]}, {text(it["source"])}.', '']
        if it['parameters']:
            out += fields(it['parameters'])
        if it['example'] is not None:
            out += ['```json', json.dumps(it['example'], indent=2, ensure_ascii=False), '```', '']
        if it['headers']:
            out += fold(f'Headers of the request: {len(it["headers"])}', fields(it['headers']))
        if it['answer']:
            out += fold(f'Members of the answer: {len(it["answer"])}', fields(it['answer']))
        if it['errors']:
            out += [f'Errors: {", ".join(code(name) for name in it["errors"])}.', '']
    return out


def lifecycles(contract: dict) -> list[str]:
    slug = contract['slug']
    out = ['## Lifecycle', '']
    out += ['A column is a status, an arrow is a way from one status to another, and the text says what causes it and which event is sent.']
    out += ['A dashed arrow is not documented. Statuses in grey are final.', '']
    for it in contract['lifecycles']:
        out += [f'### Statuses of {it["object"]}', '', f'![The lifecycle of {it["object"]}](img/{slug}-{it["object"]}.svg)', '']
        rows = [
            [', '.join(code(name) for name in way['from']) or '(new)', code(way['to']), text(cause(way['on']))]
            + [code(way['event']) if way['event'] else '', evidence(way)]
            for way in it['transitions']
        ]
        out += fold(f'The same as a table: {len(rows)} ways', table(['From', 'To', 'Cause', 'Event', 'Evidence'], rows))
    return out


def events(contract: dict) -> list[str]:
    every = contract['events']
    out = ['## Webhooks', '']
    out += table(['Event', 'When', 'Evidence'], [[code(it['name']), text(it['when']), evidence(it)] for it in every])
    schedule = contract['retry_schedule']
    limit = schedule['time_limit']
    out += ['### Retries', '', f'A receiver has {limit["seconds"]} seconds to answer with 2xx ({evidence(limit)}).']
    out += [f'The schedule is {schedule["evidence"]}: {text(schedule["source"])}.', '']
    waits = [[str(it['attempt']), seconds(it['wait_seconds']), seconds(it['seconds_since_event'])] for it in schedule['attempts']]
    out += table(['Attempt', 'Wait before it', 'Since the event'], waits)
    out += ['### What arrives', '']
    shapes: list[tuple[dict, list[str]]] = []
    for it in every:
        same = next((names for one, names in shapes if one['body'] == it['body'] and one['headers'] == it['headers']), None)
        if same is None:
            shapes.append((it, [it['name']]))
        else:
            same.append(it['name'])
    for it, names in shapes:
        out += [f'{", ".join(code(name) for name in names)}:', '']
        out += ['```json', json.dumps(it['example'], indent=2, ensure_ascii=False), '```', '']
        out += fold(f'Headers: {len(it["headers"])}', fields(it['headers']))
        out += fold(f'Members of the body: {len(it["body"])}', fields(it['body']))
    out += ['### Verifying a webhook', '', f'{text(sentence(every[0]["signature"]))}.', '']
    out += ['A test runs these functions against webhooks of a running server, and against what an audit sends:', '']
    for language, folder, ending in LANGUAGES:
        name = f'verify/{folder}/{slug_name(contract)}.{ending}'
        out += [f'#### {language}', '', f'<!-- include ../../{name} -->', f'```{"js" if folder == "node" else folder}', '```', '']
    return out


def sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def slug_name(contract: dict) -> str:
    return contract['slug'].replace('-', '_')


def outside(contract: dict) -> list[str]:
    out = ['## What others do', '', 'An action stands for a customer, a bank or a blockchain:']
    out += [f'`POST /__admin/act/{contract["slug"]}/ACTION`, or `playmoney act {contract["slug"]}.ACTION name=value`.', '']
    for it in contract['actions']:
        out += [f'### {it["name"]}', '', f'{sentence(text(it["meaning"]))}. Evidence: {evidence(it)}.', '']
        if it['parameters']:
            out += fields(it['parameters'])
    if contract['pages']:
        rows = [[code(it['path']), text(it['what']), evidence(it)] for it in contract['pages']]
        out += ['## Pages for people', '', *table(['Path', 'What it shows', 'Evidence'], rows)]
    return out


def settings(contract: dict) -> list[str]:
    def row(it: dict) -> list[str]:
        words = ', '.join(code(word) for word in it['words']) if it['words'] else it['kind']
        return [code(it['name']), words, '' if it['default'] is None else code(json.dumps(it['default'])), text(it['meaning'])]

    out = ['## Settings of an account', '', 'A scenario sets them under `accounts`, a step with `set`, and a test with']
    out += [f'`PATCH /__admin/accounts/{contract["slug"]}/{contract["account"]}`.', '']
    return [*out, *table(['Setting', 'Values', 'Default', 'Meaning'], [row(it) for it in contract['settings']])]


def assumed(contract: dict) -> list[str]:
    counts = {word: sum(it['evidence'] == word for it in contract['rows']) for word in ('documented', 'observed', 'assumed')}
    out = ['## What is assumed', '']
    out += [f'The contract has {len(contract["rows"])} rows: {counts["documented"]} are documented, {counts["observed"]} were observed in a']
    out += [f'sibling product or an official client, and {counts["assumed"]} are assumed. `playmoney assumptions` lists those that your tests']
    out += ['lean on. Where the documentation is silent or contradicts itself, this was decided:', '']
    rows = [[code(it['name']), text(it['question']), text(it['decision']), evidence(it)] for it in contract['decisions']]
    out += fold(f'{len(rows)} decisions', table(['Name', 'Question', 'Decision', 'Evidence'], rows))
    out += ['## Sources', '', *table(['Source', 'What it is'], [[text(it['name']), text(it['what'])] for it in contract['sources']])]
    return out


def page(contract: dict) -> str:
    slug = contract['slug']
    out = [f'# {contract["name"]}', '', f'<!-- docs/generate.py writes this page from the contract. `{RENEW}` renews it. -->', '']
    out += [text(contract['about']), '', (DOCS / f'notes/{slug}.md').read_text('utf-8').strip(), '']
    out += ['## Addresses and keys', '']
    rows = [['Base URL', code(f'http://127.0.0.1:4242/{slug}')], ['The provider itself', code(contract['base_url'])]]
    rows += [['Also reached by the header `Host`', ', '.join(code(it) for it in contract['hosts'])]]
    rows += [[f'{it}, account `{contract["account"]}`', code(value)] for it, value in contract['credentials'].items()]
    out += table(['What', 'Value in the sandbox `default`'], rows)
    out += [*operations(contract), *lifecycles(contract)]
    rows = [[code(it['name']), str(it['status']), code(it['code']) if it['code'] else '', text(it['when']), evidence(it)]
            for it in contract['errors']]
    out += ['## Errors', '', 'A rule or the header `Playmoney-Fault` causes one by its name.', '']
    out += table(['Name', 'Status', 'Code', 'When', 'Evidence'], rows)
    if contract['error_body']:
        out += fold(f'Members of an error: {len(contract["error_body"])}', fields(contract['error_body']))
    out += [*events(contract), *outside(contract), *settings(contract), *assumed(contract)]
    return '\n'.join(out).rstrip() + '\n'


def included(page: Path, text: str) -> str:
    """A page whose blocks have the texts that they include."""

    def filled(match: re.Match[str]) -> str:
        file, _, anchor = match['from'].partition(':')
        lines = (page.parent / file).read_text('utf-8').splitlines()
        if anchor:
            begin = next(at for at, it in enumerate(lines) if it.endswith(f'ANCHOR: {anchor}'))
            end = next(at for at, it in enumerate(lines) if it.endswith(f'ANCHOR_END: {anchor}'))
            lines = lines[begin + 1 : end]
        return '\n'.join([f'<!-- include {match["from"]} -->', f'```{match["language"]}', *lines, '```', ''])

    pattern = r'^<!-- include (?P<from>\S+) -->\n```(?P<language>\S+)\n.*?^```\n'
    return re.sub(pattern, filled, text, flags=re.MULTILINE | re.DOTALL)


def generated(program: str) -> dict[Path, str]:
    files = {}
    for slug in PROVIDERS:
        done = subprocess.run([program, 'describe', slug, '--json'], check=True, capture_output=True, encoding='utf-8')
        contract = json.loads(done.stdout)
        guide = PAGES / f'{slug}.md'
        files[guide] = included(guide, page(contract))
        for it in contract['lifecycles']:
            files[PAGES / f'img/{slug}-{it["object"]}.svg'] = diagram(it)
    for path in (DOCS / 'src').rglob('*.md'):
        if path not in files:
            files[path] = included(path, path.read_text('utf-8'))
    return files


def main() -> None:
    arguments = [it for it in sys.argv[1:] if it != '--check']
    files = generated(arguments[0] if arguments else str(DOCS.parent / 'target/debug/playmoney'))
    there = {*(DOCS / 'src').rglob('*.md'), *PAGES.glob('img/*')}
    stale = sorted(it for it in {*files, *there} if it not in there or files.get(it) != it.read_text('utf-8'))
    if '--check' in sys.argv and stale:
        names = '\n'.join(str(it.relative_to(DOCS.parent)) for it in stale)
        sys.exit(f'The contract or a file that they include has changed since these were written. Run `{RENEW}`:\n{names}')
    if '--check' not in sys.argv:
        for path in stale:
            if path in files:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(files[path], 'utf-8')
            else:
                path.unlink()


main()
