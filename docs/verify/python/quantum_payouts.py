import hashlib
import hmac
import json


def verify(headers, body: bytes, secret: str) -> bool:
    """The minified body is signed: decoded and encoded again, without white space and without escapes."""
    minified = json.dumps(json.loads(body), separators=(',', ':'), ensure_ascii=False)
    right = 'sha256=' + hmac.new(secret.encode(), minified.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers.get('X-Payouts-Signature', '').encode(), right.encode())
