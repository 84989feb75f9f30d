import hmac
import json


def verify(body: bytes, secret: str) -> bool:
    """QuantaPay signs nothing. The body carries the secret itself."""
    key = json.loads(body).get('key')
    return isinstance(key, str) and hmac.compare_digest(key.encode(), secret.encode())
