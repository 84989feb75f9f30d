import hashlib
import hmac
import json
import re


def verify(headers, body: bytes, secret: str) -> bool:
    """`secret` is the API key, or the webhook secret if the account has one."""
    written = members(body.decode())
    values = {name: json.loads(it) if it.startswith('"') else it for name, it in written.items()}
    pairs = [f'{name}={values[name]}' for name in sorted(values) if values[name] not in ('', 'null')]
    signed = '&'.join([*pairs, f'key={secret}'])
    right = hashlib.md5(signed.encode()).hexdigest().upper()
    return hmac.compare_digest(headers.get('QbitPay-Signature', '').encode(), right.encode())


def members(text: str) -> dict[str, str]:
    """The members of a JSON object, each value as it is written. Printed anew, a number can look different."""
    decoder, found, at = json.JSONDecoder(), {}, text.index('{') + 1
    while match := re.compile(r'[\s,]*(?=")').match(text, at):
        name, at = decoder.raw_decode(text, match.end())
        at = re.compile(r'\s*:\s*').match(text, at).end()
        _, end = decoder.raw_decode(text, at)
        found[name], at = text[at:end], end
    return found
