import base64
import hashlib
import hmac
import time
from email.utils import parsedate_to_datetime


def verify(target: str, headers, body: bytes, user: str, secret: str, is_new) -> bool:
    """`target` is path and query of your address. `is_new(nonce)` keeps a nonce, and says whether it came for the first time."""
    names = ('Content-Type', 'Content-MD5', 'Date', 'NONCE', 'Authorization')
    if any(name not in headers for name in names):
        return False
    kind, digest, date, nonce, authorization = (headers[name] for name in names)
    signed = ','.join([kind, digest, target, date, nonce])
    signature = base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    if not hmac.compare_digest(authorization.encode(), f'APIAuth {user}:{signature}'.encode()):
        return False
    if digest != base64.b64encode(hashlib.md5(body).digest()).decode():
        return False
    return abs(time.time() - parsedate_to_datetime(date).timestamp()) <= 900 and is_new(nonce)
