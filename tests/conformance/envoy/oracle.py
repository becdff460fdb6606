#!/usr/bin/env python3
"""Differential test of a gRPC-JSON transcoding gateway against real Envoy. See README.md."""
import argparse
import collections
import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = 1


def bootstrap(home, need_envoy):
    """Runs this script under a private venv in home; makes the venv and fills it with the pinned packages.

    With $ORACLE_PACKAGES=installed the packages of requirements.txt are there already, and nothing is fetched."""
    if os.environ.get('ORACLE_PACKAGES') == 'installed' and not need_envoy:
        os.makedirs(home, exist_ok=True)
        return
    venv = os.path.join(home, 'venv')
    python = os.path.join(venv, 'bin', 'python')
    wanted = ['requirements.txt'] + (['requirements-envoy.txt'] if need_envoy else [])
    os.makedirs(home, exist_ok=True)
    import fcntl
    with open(os.path.join(home, 'lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(python):
            subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
        for name in wanted:
            with open(os.path.join(HERE, name), 'rb') as f:
                mark = os.path.join(venv, name + '.' + hashlib.sha256(f.read()).hexdigest()[:16])
            if not os.path.exists(mark):
                print('oracle: installing %s into %s' % (name, venv), file=sys.stderr)
                subprocess.run([python, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r',
                                os.path.join(HERE, name)], check=True)
                open(mark, 'w').close()
    if os.path.realpath(sys.prefix) != os.path.realpath(venv):
        os.execv(python, [python, os.path.abspath(__file__)] + sys.argv[1:])


CASE_KEYS = {'name', 'note', 'profile', 'group', 'send', 'headers', 'json', 'body', 'hex', 'repeat', 'target_repeat',
             'chunked', 'pieces', 'raw', 'raw_hex', 'raw_pieces', 'raw_repeat', 'no_host', 'request_trailers', 'http',
             'half_close', 'responses', 'reply', 'replies', 'compare', 'startup'}
REPLY_KEYS = {'when', 'interleave', 'delay_ms', 'http', 'as_grpc', 'http_status', 'content_type', 'initial', 'messages',
              'json', 'status', 'no_status', 'message', 'raw_message', 'details', 'details_b64', 'details_hex',
              'details_code', 'details_message', 'trailers', 'trailers_only', 'gate', 'flag', 'data_hex', 'join',
              'split', 'reset', 'reset_at', 'drop', 'end_on_data', 'abort'}
COMPARE_KEYS = {'body', 'framing', 'close', 'upstream', 'ignore_headers', 'also'}


def load_cases(folder):
    import yaml
    out, seen = [], set()
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.yaml') or name == 'profiles.yaml':
            continue
        with open(os.path.join(folder, name)) as f:
            for case in yaml.load(f, loader) or []:
                case.setdefault('group', name[:-5])
                case.setdefault('profile', 'default')
                bad = set(case) - CASE_KEYS
                for reply in case.get('replies', [case.get('reply') or {}]):
                    bad |= set(reply) - REPLY_KEYS
                bad |= set(case.get('compare') or {}) - COMPARE_KEYS
                if bad:
                    sys.exit('oracle: %s: unknown keys %s' % (case.get('name'), sorted(bad)))
                if case['name'] in seen:
                    sys.exit('oracle: two cases are named ' + case['name'])
                seen.add(case['name'])
                out.append(case)
    return out


def digest(case, profile):
    text = json.dumps([VERSION, case, profile], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Run:
    """Runs cases against one gateway and returns {case name: observation}."""

    def __init__(self, args, cases, profiles, work):
        from harness import types
        self.args, self.cases, self.work = args, cases, work
        self.profiles = dict(profiles, **args.overridden)
        roots = [os.path.join(HERE, 'protos')]
        extra = os.path.join(args.cases, 'protos')
        if os.path.isdir(extra):
            roots.append(extra)
        self.descriptor = os.path.join(work, 'api.pb')
        types.compile_protos(roots, self.descriptor)
        self.types = types.Types(self.descriptor)
        self.command = args.gateway
        if args.gateway == 'envoy':
            self.command = '"%s" -c {config} --concurrency 1 --disable-hot-restart --log-level error ' \
                '--file-flush-interval-msec 10' % envoy(args)

    def all(self):
        by_profile = collections.OrderedDict()
        for case in self.cases:
            by_profile.setdefault(case['profile'], []).append(case)
        out = {}
        for name, cases in by_profile.items():
            if name not in self.profiles:
                sys.exit('oracle: no profile %s (case %s)' % (name, cases[0]['name']))
            out.update(self.profile(name, self.profiles[name], cases))
        return out

    def start(self, name, profile, upstream_port):
        from harness import gateway
        port = gateway.free_port()
        config = os.path.join(self.work, name + '.yaml')
        self.access_log = os.path.join(self.work, name + '.access_log')
        with open(config, 'w') as f:
            f.write(gateway.bootstrap(profile, self.descriptor, port, upstream_port, self.access_log))
        process = gateway.Gateway(self.command, config, port, os.path.join(self.work, name + '.log'))
        return process, process.wait(self.args.start_timeout)

    def profile(self, name, profile, cases):
        from harness import client, gateway, upstream
        kind = profile.get('upstream', 'raw')
        server = upstream.GrpcioUpstream(self.types) if kind == 'grpcio' else upstream.RawUpstream(self.types)
        upstream_port = gateway.free_port() if kind == 'none' else server.port
        process, up = self.start(name, profile, upstream_port)
        out = {}
        try:
            if up and kind != 'none':
                self.warm(server, process.port, profile)
            for case in cases:
                if case.get('startup'):
                    out[case['name']] = {'started': up}
                elif not up:
                    out[case['name']] = {'started': False}
                else:
                    if not process.alive():     # died in an earlier case: start a new one
                        process.stop()
                        process, up = self.start(name, profile, upstream_port)
                        if not up:
                            out[case['name']] = {'started': False}
                            continue
                        self.warm(server, process.port, profile)
                    out[case['name']] = self.case(server, process, case)
                if self.args.verbose:
                    print('  %s %s' % (case['name'], json.dumps(out[case['name']])[:400]), file=sys.stderr)
        finally:
            process.stop()
            server.close()
        if server.board.errors:
            sys.exit('oracle: bad reply scripts:\n  ' + '\n  '.join(server.board.errors))
        return out

    def logged(self):
        """What loggers to @access_log have written; None: the profile has none."""
        try:
            with open(self.access_log, encoding='latin-1') as f:
                return f.read()
        except FileNotFoundError:
            return None

    def logged_since(self, before):
        """What came behind `before`, once nothing more comes."""
        until = time.monotonic() + 0.5
        now, last = before, None
        while time.monotonic() < until and (now == before or now != last):
            time.sleep(0.05)
            now, last = self.logged(), now
        return now[len(before):]

    def warm(self, server, port, profile):
        """One request, so that the connection to the upstream is open before the first case."""
        from harness import client
        target = profile.get('warm', 'GET /v1/warm')
        for _ in range(20):
            server.board.begin('warm', [{}], lambda *a: True)
            case = {'send': target}
            try:
                responses, _ = client.http1(port, case, 'warm', client.Seen(), 2)
                if responses[0].get('status', 599) < 500:
                    break
            except OSError:
                pass
            finally:
                server.board.end()
            time.sleep(0.05)

    def case(self, server, process, case):
        from harness import client, compare
        rules = case.get('compare') or {}
        logged = self.logged()
        also = [h.lower() for h in rules.get('also', [])]
        replies = case.get('replies') or [case.get('reply') or {}]
        seen = client.Seen()
        server.board.begin(case['name'], replies, seen.wait)
        timeout = self.args.timeout
        try:
            if case.get('http') == 2:
                responses, closed = client.http2(process.port, case, case['name'], seen, timeout)
            else:
                responses, closed = client.http1(process.port, case, case['name'], seen, timeout)
        except OSError as e:
            responses, closed = [{'error': 'no connection: %s' % type(e).__name__}], None
        seen.finish()
        calls = server.board.end()
        for r in responses:
            r['also'] = also
        out = {'responses': [compare.response(r) for r in responses], 'closed': closed,
               'upstream': compare.upstream(self.types, calls, also)}
        if seen.gates:
            out['gates'] = seen.gates
        if logged is not None:
            out['access_log'] = compare.access_log(self.logged_since(logged))
        if any('error' in r for r in responses):
            time.sleep(0.3)      # a gateway that is crashing may take a moment
        if not process.alive():
            out['alive'] = False
        return out


def envoy(args):
    if args.envoy:
        return args.envoy
    import importlib.util
    spec = importlib.util.find_spec('envoy')
    path = os.path.join(list(spec.submodule_search_locations)[0], '_bin', 'envoy')
    if not os.access(path, os.X_OK):
        os.chmod(path, 0o755)
    return path


def select(args, cases):
    out = [c for c in cases
           if (not args.group or c['group'] in args.group) and (not args.profile or c['profile'] in args.profile)
           and (not args.only or re.search(args.only, c['name']))]
    if not out:
        sys.exit('oracle: no case is selected')
    return out


def record(args, cases, profiles, work):
    from harness import compare
    first = Run(args, cases, profiles, work).all()
    passes = [Run(args, cases, profiles, work).all() for _ in range(args.passes - 1)]
    unstable = {}
    for case in cases:
        for other in passes:
            d = compare.diff(first[case['name']], other[case['name']], case)
            if d:
                unstable[case['name']] = d[0][1:]
    version = subprocess.run([envoy(args), '--version'], capture_output=True, text=True).stdout.strip() \
        if args.gateway == 'envoy' else args.gateway
    version = re.sub(r'^.*version:\s*', '', version)
    goldens = {'recorded_from': version, 'format': VERSION, 'unstable': sorted(unstable), 'cases': {}}
    if args.merge and os.path.exists(args.out):
        with open(args.out) as f:
            goldens['cases'] = json.load(f)['cases']
    for case in cases:
        item = dict(first[case['name']])
        item['digest'] = digest(case, profiles[case['profile']])
        goldens['cases'][case['name']] = item
    with open(args.out, 'w') as f:
        json.dump(goldens, f, indent=1, sort_keys=True, ensure_ascii=False)
        f.write('\n')
    print('recorded %d cases, %d unstable' % (len(cases), len(unstable)))
    for name, why in sorted(unstable.items()):
        print('  unstable: %s: %s' % (name, why))
    dead = [n for n, r in first.items() if r.get('alive') is False]
    if dead:
        print('  the gateway died in: %s' % ', '.join(dead))
    return 0


def check(args, cases, profiles, work):
    from harness import compare
    with open(args.goldens) as f:
        goldens = json.load(f)
    missing = [c['name'] for c in cases if c['name'] not in goldens['cases']]
    stale = [c['name'] for c in cases if c['name'] in goldens['cases']
             and goldens['cases'][c['name']]['digest'] != digest(c, profiles.get(c['profile']))]
    if missing or stale:
        print('oracle: goldens do not fit the cases; record again. missing: %s; changed: %s'
              % (missing[:10], stale[:10]), file=sys.stderr)
        return 2
    skipped = set(goldens['unstable'])
    cases = [c for c in cases if c['name'] not in skipped]
    started = time.monotonic()
    got = Run(args, cases, profiles, work).all()
    for _ in range(args.retry):
        again = [c for c in cases if compare.diff(goldens['cases'][c['name']], got[c['name']], c)]
        if again:
            second = Run(args, again, profiles, work).all()
            for c in again:
                if not compare.diff(goldens['cases'][c['name']], second[c['name']], c):
                    print('passed only when run again: ' + c['name'])
            got.update(second)
    took = time.monotonic() - started
    groups, results = collections.OrderedDict(), []
    for case in sorted(cases, key=lambda c: c['group']):
        d = compare.diff(goldens['cases'][case['name']], got[case['name']], case)
        g = groups.setdefault(case['group'], {'passed': 0, 'total': 0, 'kinds': collections.Counter()})
        g['total'] += 1
        g['passed'] += not d
        g['kinds'].update({k for k, *_ in d})
        results.append({'name': case['name'], 'group': case['group'], 'profile': case['profile'], 'passed': not d,
                        'diff': [dict(zip(('kind', 'what', 'expected', 'got'), x)) for x in d]})
    for r, case in zip(results, sorted(cases, key=lambda c: c['group'])):
        if r['passed'] or args.quiet:
            continue
        print('FAIL %s  [%s, profile %s]' % (r['name'], r['group'], r['profile']))
        print('     request: %s' % (case.get('send') or repr(case.get('raw', case.get('raw_pieces', '(see case)'))))[:150])
        for x in r['diff'][:6]:
            print('     %-8s %s\n              expected %s\n              got      %s'
                  % (x['kind'], x['what'], x['expected'], x['got']))
    print()
    print('%-20s %7s %6s   %s' % ('group', 'passed', 'total', 'failing cases by kind of difference'))
    for name, g in groups.items():
        print('%-20s %7d %6d   %s' % (name, g['passed'], g['total'],
                                      ', '.join('%s %d' % kv for kv in sorted(g['kinds'].items()))))
    total, passed = sum(g['total'] for g in groups.values()), sum(g['passed'] for g in groups.values())
    print('%-20s %7d %6d   %.1f s%s' % ('all', passed, total, took,
                                        ', %d unstable under Envoy skipped' % len(skipped) if skipped else ''))
    if args.json:
        with open(args.json, 'w') as f:
            json.dump({'passed': passed, 'total': total, 'seconds': round(took, 1), 'groups': {
                k: {'passed': g['passed'], 'total': g['total'], 'kinds': dict(g['kinds'])}
                for k, g in groups.items()}, 'cases': results}, f, indent=1, ensure_ascii=False)
    return 0 if passed == total else 1


def show(args, cases, profiles, work):
    """Prints what the gateway does in each selected case, compared with nothing."""
    got = Run(args, cases, profiles, work).all()
    for case in cases:
        print('== %s [%s] %s' % (case['name'], case['profile'], (case.get('send') or repr(case.get('raw', '')))[:200]))
        print(json.dumps(got[case['name']], ensure_ascii=False, indent=1 if args.pretty else None))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    sub = parser.add_subparsers(dest='command', required=True)
    for name, text in (('record', 'record the goldens from a gateway (real Envoy)'),
                       ('check', 'compare a gateway with the goldens'),
                       ('show', 'print what a gateway does'),
                       ('config', 'print the bootstrap of a profile')):
        p = sub.add_parser(name, help=text)
        p.add_argument('--cases', default=os.path.join(HERE, 'cases'), help='folder of cases')
        p.add_argument('--home', default=os.environ.get('ORACLE_HOME', os.path.join(tempfile.gettempdir(), 'envoy-oracle')),
                       help='folder for the venv and the work files (or ORACLE_HOME)')
        p.add_argument('--gateway', default='envoy', help="'envoy', or a command with {config} (and {port}) in it")
        p.add_argument('--envoy', help='an Envoy 1.40 binary to use instead of the packaged one')
        p.add_argument('--group', action='append', help='only this group (repeatable)')
        p.add_argument('--profile', action='append', help='only this profile (repeatable)')
        p.add_argument('--only', help='only cases whose name matches this expression')
        p.add_argument('--override', help='JSON merged into the transcoder options of every profile')
        p.add_argument('--timeout', type=float, default=4, help='seconds a case may take')
        p.add_argument('--start-timeout', type=float, default=10, help='seconds a gateway may take to listen')
        p.add_argument('--keep', help='folder to keep the bootstraps and the output of the gateway in')
        p.add_argument('-v', '--verbose', action='store_true')
        if name == 'record':
            p.add_argument('--out', required=True)
            p.add_argument('--passes', type=int, default=2, help='runs; a case that differs between them is unstable')
            p.add_argument('--merge', action='store_true', help='keep the other cases of the file')
        if name == 'check':
            p.add_argument('--goldens', default=None, help='default: goldens.json beside the folder of cases')
            p.add_argument('--json', help='write the results here')
            p.add_argument('-q', '--quiet', action='store_true', help='only the table')
            p.add_argument('--retry', type=int, default=0, help='times to run failing cases again (names those that '
                           'then pass): for a machine so busy that pauses between pieces get lost')
        if name == 'show':
            p.add_argument('--pretty', action='store_true')
    args = parser.parse_args()
    bootstrap(os.path.abspath(args.home), args.gateway == 'envoy' and not args.envoy)
    sys.path.insert(0, HERE)
    from harness import gateway
    args.cases = os.path.abspath(args.cases)
    profiles = gateway.load_profiles([os.path.join(HERE, 'profiles.yaml'), os.path.join(args.cases, 'profiles.yaml')])
    if args.command == 'config':
        for name in args.profile or ['default']:
            print(gateway.bootstrap(profiles[name], 'api.pb', 8080, 50051))
        return 0
    if args.command == 'check' and not args.goldens:
        args.goldens = os.path.join(os.path.dirname(args.cases), 'goldens.json')
    cases = select(args, load_cases(args.cases))
    args.overridden = {}
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
        place = contextlib.nullcontext(os.path.abspath(args.keep))
    else:
        place = tempfile.TemporaryDirectory(prefix='oracle-', dir=args.home)
    with place as work:
        if args.override:
            given = json.loads(args.override)
            if args.command == 'record':
                sys.exit('oracle: --override is for check and show')
            for name, profile in profiles.items():
                profile = json.loads(json.dumps(profile))
                for k, v in given.items():
                    old = profile.setdefault('transcoder', {}).get(k)
                    profile['transcoder'][k] = dict(old, **v) if isinstance(old, dict) and isinstance(v, dict) else v
                args.overridden[name] = profile
        return {'record': record, 'check': check, 'show': show}[args.command](args, cases, profiles, work)


if __name__ == '__main__':
    sys.exit(main())
