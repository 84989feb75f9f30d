# A receiver that asks for the payout's status before it answers. Prints its address; GET tells what it has seen.
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

api, token = sys.argv[1:]
seen = []


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        payout = json.loads(self.rfile.read(int(self.headers['Content-Length'])))['payout']
        asked = requests.post(
            f'{api}/getPayoutStatus',
            json={'orderNumber': payout['externalId']},
            headers={'Authorization': f'Bearer {token}'},
        )
        seen.append([payout['status'], asked.json()['orderStatus'], asked.headers['Playmoney-Time'], asked.headers['Date']])
        self.answer(204, b'')

    def do_GET(self):
        self.answer(200, json.dumps(seen).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
print('%s:%d' % server.server_address, flush=True)
server.serve_forever()
