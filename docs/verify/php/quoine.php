<?php
/** `$is_new($nonce)` keeps a nonce, and says whether it came for the first time. */
function verify_quoine(array $server, string $body, string $user, string $secret, callable $is_new): bool
{
    $names = ['CONTENT_TYPE', 'HTTP_CONTENT_MD5', 'REQUEST_URI', 'HTTP_DATE', 'HTTP_NONCE'];
    $parts = array_map(fn ($name) => $server[$name] ?? '', $names);
    $signature = base64_encode(hash_hmac('sha1', implode(',', $parts), $secret, true));
    if (!hash_equals("APIAuth $user:$signature", $server['HTTP_AUTHORIZATION'] ?? '')) {
        return false;
    }
    [, $digest, , $date, $nonce] = $parts;
    if ($digest !== base64_encode(md5($body, true))) {
        return false;
    }
    return abs(time() - (int) strtotime($date)) <= 900 && $nonce !== '' && $is_new($nonce);
}
