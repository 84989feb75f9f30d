"""Receives webhooks of all providers at /SLUG and verifies them as docs/verify/python does. Prints its address."""
import importlib
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / 'docs/verify/python'))
nonces = set()


def is_new(nonce):
    known = nonce in nonces
    nonces.add(nonce)
    return not known


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        slug = self.path.split('?')[0].strip('/')
        secret = os.environ[slug.replace('-', '_').upper()]
        verify = importlib.import_module(slug.replace('-', '_')).verify
        if slug == 'quoine':
            good = verify(self.path, self.headers, body, '2', secret, is_new)
        elif slug == 'quantapay':
            good = verify(body, secret)
        else:
            good = verify(self.headers, body, secret)
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
print('%s:%d' % server.server_address, flush=True)
server.serve_forever()
