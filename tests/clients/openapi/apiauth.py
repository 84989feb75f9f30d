"""Signs requests as Quoine's clients do: APIAuth, over content type, MD5 of the body, path, date and nonce."""

import base64
import hashlib
import hmac
import itertools

import requests

# The clock of the server stands, so this is the date of every request.
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
SECRET = "cGxheW1vbmV5LXF1b2luZS10ZXN0LXNlY3JldC1vbmx5LWZvci1sb2NhbC11c2UtMDAwMDAwMDAwMDAwMDAwMDA="
NONCES = itertools.count(1)


class Signed(requests.auth.AuthBase):
    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        media = request.headers.setdefault("Content-Type", "application/json")
        media = media.decode("latin-1") if isinstance(media, bytes) else media
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        nonce = f"{next(NONCES):032d}"
        text = ",".join([media, md5, request.path_url, DATE, nonce])
        signature = base64.b64encode(hmac.new(SECRET.encode(), text.encode("latin-1"), hashlib.sha1).digest()).decode()
        own = {"Content-MD5": md5, "Date": DATE, "NONCE": nonce, "Authorization": f"APIAuth 2:{signature}"}
        request.headers.update(own)
        return request
