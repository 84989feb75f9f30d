import hashlib
import hmac


def verify(headers, body: bytes, secret: str) -> bool:
    """The bytes of the body are signed, so take them before a framework parses them."""
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers.get('X-Webhook-Signature', '').encode(), right.encode())
